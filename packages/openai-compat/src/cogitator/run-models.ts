import {
  ModelError,
  type ModelEvent,
  type ModelMessage,
  type ModelPort,
  type ModelRequest,
} from '@cogitator-ai/openai-engine';
import { abandonOnAbort } from './abandon-on-abort.ts';
import type { AgentLike, RunOptionsLike, RunResultLike } from './cogitator-like.ts';

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
    yield {
      type: 'finish',
      reason: 'stop',
      usage: usage
        ? { promptTokens: usage.inputTokens, completionTokens: usage.outputTokens, cachedTokens: 0, reasoningTokens: 0 }
        : null,
    };
  }
}

/** Tokens as they come, then the result. */
function runAgent(cogitator: Runner, request: ModelRequest): ReadableStream<string | RunResultLike> {
  let isLeft = false;
  return new ReadableStream<string | RunResultLike>({
    async start(controller) {
      const result = await cogitator.run(toAgent(request), {
        input: foldMessages(request.messages),
        stream: true,
        useMemory: false,
        onToken(token) {
          if (token !== '' && !isLeft) controller.enqueue(token);
        },
      });
      if (isLeft) return;
      controller.enqueue(result);
      controller.close();
    },
    cancel() {
      isLeft = true;
    },
  });
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
