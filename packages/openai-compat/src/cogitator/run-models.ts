import {
  ModelError,
  type ModelEvent,
  type ModelMessage,
  type ModelPort,
  type ModelRequest,
} from '@cogitator-ai/openai-engine';
import { abandonOnAbort } from './abandon-on-abort.ts';
import type { AgentLike, RunOptionsLike, RunResultLike } from './cogitator-like.ts';
import { toUsage } from './to-usage.ts';

/** `WithRun`, by what it is called with. */
export interface Runner {
  run(agent: AgentLike, options: RunOptionsLike): Promise<RunResultLike>;
}

/** The models of a runtime that can only run agents: the conversation is folded into one text, and nothing can be called. */
export function createRunModels(cogitator: Runner): ModelPort {
  return {
    list: () => Promise.resolve([]),
    accepts: (model) => model !== '',
    stream: (request, { signal }) => streamTurn(cogitator, request, signal),
  };
}

async function* streamTurn(cogitator: Runner, request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  if (request.tools) {
    throw new ModelError('invalid_request', 'This server runs on a runtime that offers no functions to its models.');
  }
  let isTold = false;
  for await (const piece of abandonOnAbort(runAgent(cogitator, request), signal)) {
    if (typeof piece === 'string') {
      isTold = true;
      yield { type: 'text', text: piece };
      continue;
    }
    const { output, usage } = piece;
    if (!isTold && output !== '') yield { type: 'text', text: output };
    yield { type: 'finish', reason: 'stop', usage: toUsage(usage) };
  }
}

/** Tokens as they come, then the result. Tokens that come after that are nobody's. */
function runAgent(cogitator: Runner, request: ModelRequest): ReadableStream<string | RunResultLike> {
  let isOver = false;
  return new ReadableStream<string | RunResultLike>({
    async start(controller) {
      try {
        const result = await cogitator.run(toAgent(request), {
          input: foldMessages(request.messages),
          stream: true,
          useMemory: false,
          onToken(token) {
            if (token !== '' && !isOver) controller.enqueue(token);
          },
        });
        if (isOver) return;
        assertResult(result);
        controller.enqueue(result);
        controller.close();
      } finally {
        isOver = true;
      }
    },
    cancel() {
      isOver = true;
    },
  });
}

/** What is declared may not be what is there. */
function assertResult(result: Partial<RunResultLike> | null | undefined): asserts result is RunResultLike {
  if (typeof result?.output === 'string') return;
  throw new ModelError('invalid_response', 'The runtime did not answer with an output that is a text.');
}

function toAgent({ model, messages, temperature, topP, maxTokens }: ModelRequest): AgentLike {
  const system = messages.flatMap((message) => (message.role === 'system' ? [message.content] : []));
  const config = {
    name: 'assistant',
    model,
    instructions: system.join('\n\n'),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(maxTokens !== undefined && { maxTokens }),
  };
  const { name, instructions } = config;
  return { id: 'assistant', name, model, instructions, tools: [], config };
}

/** The last message alone when there is one, else all of them with who says what. */
function foldMessages(messages: readonly ModelMessage[]): string {
  const said = messages.filter(({ role }) => role !== 'system');
  const [only] = said;
  if (only && said.length === 1) return textOf(only);
  return said.map((message) => `${message.role === 'user' ? 'User' : 'Assistant'}: ${textOf(message)}`).join('\n\n');
}

function textOf({ content }: ModelMessage): string {
  if (content === null || typeof content === 'string') return content ?? '';
  return content.map((part) => (part.type === 'text' ? part.text : `[image: ${part.url}]`)).join('\n');
}
