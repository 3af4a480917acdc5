import { createEngine, createServerTool, type EventSink, type ModelPort } from '@cogitator-ai/openai-engine';
import type { Message, MessageDelta, Run } from '@cogitator-ai/openai-protocol';
import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import { AgentRunError } from './agent-run-error.ts';
import type { Agent, AgentRun, RunOptions } from './agent.ts';
import type { ToolCall } from './backend/chat.ts';

/** Most messages of one run: one for each time the agent speaks. */
const MAX_MESSAGES = 100;

/** Has the engine run an agent, on a thread that is forgotten afterwards. */
export async function runAgent(
  models: ModelPort,
  { tools = [], ...agent }: Agent & { model: string },
  { input, signal: stop, onToken, onToolCall }: RunOptions,
): Promise<AgentRun> {
  const failure = new AbortController();
  const signal = stop ? AbortSignal.any([stop, failure.signal]) : failure.signal;
  signal.throwIfAborted();
  const names = tools.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new TypeError(`Two tools of the agent are named '${twice}'.`);
  const toolCalls: ToolCall[] = [];
  /** What the listener throws is the caller's: the run ends with it. */
  const tell = <T>(listener: ((news: T) => void) | undefined, news: T): void => {
    try {
      if (!signal.aborted) listener?.(news);
    } catch (error) {
      failure.abort(error);
    }
  };
  const storage = createMemoryStorage();
  const engine = createEngine({
    storage,
    models,
    tools: tools.map((tool) =>
      createServerTool({
        ...tool,
        execute(parameters, context) {
          const call = { id: context.toolCallId, name: tool.name, arguments: parameters as ToolCall['arguments'] };
          toolCalls.push(call);
          tell(onToolCall, call);
          signal.throwIfAborted();
          return tool.execute(parameters, context);
        },
      }),
    ),
  });
  engine.start();
  try {
    const { value: assistant } = await engine.assistants.create({
      model: agent.model,
      name: agent.name ?? null,
      instructions: agent.instructions ?? null,
      temperature: agent.temperature ?? null,
      top_p: agent.topP ?? null,
      tools: names.map((name) => ({ type: 'function', function: { name } })),
    });
    const started = await engine.runs.createThreadAndRun({
      assistant_id: assistant.id,
      thread: { messages: [{ role: 'user', content: input }] },
      max_completion_tokens: agent.maxTokens ?? null,
    });
    const { id: runId, thread_id: threadId } = started.run.value;
    await engine.runs.follow(started, tokenSink(onToken && ((token) => tell(onToken, token))), { signal });
    signal.throwIfAborted();
    const { value: run } = await engine.runs.retrieve(threadId, runId);
    assertCompleted(run);
    const { value: messages } = await engine.messages.list(threadId, {
      run_id: runId,
      order: 'asc',
      limit: MAX_MESSAGES,
    });
    const { prompt_tokens: inputTokens = 0, completion_tokens: outputTokens = 0 } = run.usage ?? {};
    return {
      output: messages.data.map(textOf).join('\n'),
      toolCalls,
      usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens },
    };
  } finally {
    await engine.close({ signal: AbortSignal.abort() });
    await storage.close();
  }
}

function tokenSink(onToken: RunOptions['onToken']): EventSink {
  return {
    write(events) {
      if (onToken) {
        for (const { event, data } of events) {
          if (event !== 'thread.message.delta') continue;
          const { content = [] } = (JSON.parse(data) as MessageDelta).delta;
          for (const part of content) if (part.type === 'text' && part.text?.value) onToken(part.text.value);
        }
      }
      return true;
    },
    drained: () => Promise.resolve(),
  };
}

function assertCompleted({ status, last_error: error, incomplete_details: incomplete }: Run): void {
  if (status === 'completed') return;
  if (error) throw new AgentRunError(error.code, error.message);
  const reason = incomplete?.reason ?? status;
  throw new AgentRunError('incomplete', `The answer is not complete: ${reason}.`);
}

function textOf({ content }: Message): string {
  return content.map((part) => (part.type === 'text' ? part.text.value : '')).join('');
}
