import {
  type ModelContentPart,
  ModelError,
  type ModelEvent,
  type ModelFinishReason,
  type ModelMessage,
  type ModelPort,
  type ModelRequest,
  type ModelUsage,
} from '@cogitator-ai/openai-engine';
import { abandonOnAbort } from './abandon-on-abort.ts';
import type {
  Backend,
  BackendChunk,
  BackendContentPart,
  BackendMessage,
  BackendRequest,
  BackendTool,
  WithBackends,
} from './cogitator-like.ts';
import { toUsage } from './to-usage.ts';

const FINISH_REASONS: Readonly<Record<NonNullable<BackendChunk['finishReason']>, ModelFinishReason>> = {
  stop: 'stop',
  tool_calls: 'tool-calls',
  length: 'length',
  error: 'content-filter',
};

/** The models of a runtime that gives out backends. It tells neither which there are nor what they take. */
export function createBackendModels(cogitator: WithBackends): ModelPort {
  return {
    list: () => Promise.resolve([]),
    accepts: (model) => model !== '',
    stream: (request, { signal }) => streamTurn(cogitator, request, signal),
  };
}

async function* streamTurn(
  cogitator: WithBackends,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent> {
  let index = 0;
  const told = new Set<string>();
  let reason: ModelFinishReason | null = null;
  let usage: ModelUsage | null = null;
  const chunks = chunksOf(() => cogitator.getLLMBackend(request.model), toBackendRequest(request, signal));
  for await (const chunk of abandonOnAbort(chunks, signal)) {
    const { content, toolCalls = [] } = chunk.delta;
    if (content) yield { type: 'text', text: content };
    for (const { id, name, arguments: given = {} } of toolCalls) {
      // Some deliver all calls so far again with each new one.
      if (!name || (id && told.has(id))) continue;
      if (id) told.add(id);
      yield { type: 'tool-call', index, id: id || null, name };
      yield { type: 'tool-call-arguments', index, text: JSON.stringify(given) };
      index++;
    }
    if (chunk.finishReason) reason = FINISH_REASONS[chunk.finishReason];
    usage = toUsage(chunk.usage) ?? usage;
  }
  // Some say `stop` also when there are calls, and some nothing.
  if (index > 0) reason = 'tool-calls';
  yield { type: 'finish', reason: reason ?? 'stop', usage };
}

async function* chunksOf(open: () => Backend, request: BackendRequest): AsyncGenerator<BackendChunk> {
  const backend = open();
  if (backend.chatStream) {
    yield* backend.chatStream({ ...request, stream: true });
  } else if (backend.chat) {
    const { content, toolCalls, finishReason, usage } = await backend.chat(request);
    yield { delta: { content, toolCalls }, finishReason, usage };
  } else {
    throw new ModelError('unavailable', `The backend for '${request.model}' has neither chatStream nor chat.`);
  }
}

function toBackendRequest(request: ModelRequest, signal: AbortSignal): BackendRequest {
  const { model, messages, tools = [], toolChoice, temperature, topP, maxTokens, responseFormat } = request;
  return {
    model: model.slice(model.indexOf('/') + 1),
    messages: toBackendMessages(messages),
    signal,
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description = '', parameters }) => ({
        name,
        description,
        parameters: { type: 'object', properties: {}, ...parameters } as BackendTool['parameters'],
      })),
    }),
    ...(toolChoice !== undefined && {
      toolChoice: typeof toolChoice === 'string' ? toolChoice : { type: 'function', function: toolChoice },
    }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(responseFormat !== undefined && { responseFormat: toResponseFormat(responseFormat) }),
  };
}

function toResponseFormat(
  format: NonNullable<ModelRequest['responseFormat']>,
): NonNullable<BackendRequest['responseFormat']> {
  if (format.type !== 'json_schema') return format;
  const { schema = {}, strict, ...named } = format.json_schema;
  return { type: 'json_schema', jsonSchema: { ...named, schema, ...(strict != null && { strict }) } };
}

/**
 * Results of calls are told as texts of the user: some backends drop the calls of an assistant, and their providers refuse results
 * without calls.
 */
function toBackendMessages(messages: readonly ModelMessage[]): BackendMessage[] {
  const calls = new Map<string, string>();
  return messages.flatMap((message): BackendMessage[] => {
    switch (message.role) {
      case 'system':
        return [message];
      case 'user': {
        const { content } = message;
        return [{ role: 'user', content: typeof content === 'string' ? content : content.map(toPart) }];
      }
      case 'assistant':
        for (const { id, name, arguments: given } of message.toolCalls ?? []) calls.set(id, `${name}(${given})`);
        return message.content ? [{ role: 'assistant', content: message.content }] : [];
      case 'tool':
        return [
          { role: 'user', content: `Result of ${calls.get(message.toolCallId) ?? 'a call'}:\n${message.content}` },
        ];
    }
  });
}

function toPart(part: ModelContentPart): BackendContentPart {
  return part.type === 'text' ? part : { type: 'image_url', image_url: { url: part.url, detail: part.detail } };
}
