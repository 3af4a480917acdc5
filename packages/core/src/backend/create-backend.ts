import { randomUUID } from 'node:crypto';
import {
  ModelError,
  type ModelFinishReason,
  type ModelMessage,
  type ModelPort,
  type ModelRequest,
  type ModelUsage,
} from '@cogitator-ai/openai-engine';
import type {
  ChatFinishReason,
  ChatMessage,
  ChatRequest,
  ChatResponse,
  ChatStreamChunk,
  ChatUsage,
  LLMBackend,
  ToolCall,
} from './chat.ts';

const FINISH_REASONS: Readonly<Record<ModelFinishReason, ChatFinishReason>> = {
  stop: 'stop',
  'tool-calls': 'tool_calls',
  length: 'length',
  'content-filter': 'error',
};

/** A backend for one model and the others of its provider. */
export function createBackend(models: ModelPort, model: string): LLMBackend {
  async function* chatStream(request: ChatRequest): AsyncGenerator<ChatStreamChunk> {
    const id = randomUUID();
    const { signal = new AbortController().signal } = request;
    const turn = models.stream(toModelRequest(request, nameIn(model, request.model)), { signal });
    let call: { id: string; name: string; text: string } | null = null;
    const endCall = (): ChatStreamChunk[] => {
      if (!call) return [];
      const { id: callId, name, text } = call;
      call = null;
      return [{ id, delta: { toolCalls: [{ id: callId, name, arguments: parseArguments(name, text) }] } }];
    };
    for await (const event of turn) {
      if (event.type === 'text' || event.type === 'refusal') yield { id, delta: { content: event.text } };
      if (event.type === 'tool-call') {
        yield* endCall();
        call = { id: event.id ?? `call_${randomUUID()}`, name: event.name, text: '' };
      }
      if (event.type === 'tool-call-arguments' && call) call.text += event.text;
      if (event.type === 'finish') {
        yield* endCall();
        yield { id, delta: {}, finishReason: FINISH_REASONS[event.reason], usage: toUsage(event.usage) };
      }
    }
  }

  return {
    chatStream,

    async chat(request) {
      const response: ChatResponse = { id: '', content: '', finishReason: 'stop', usage: toUsage(null) };
      for await (const { id, delta, finishReason, usage } of chatStream(request)) {
        response.id = id;
        response.content += delta.content ?? '';
        if (delta.toolCalls) response.toolCalls = [...(response.toolCalls ?? []), ...delta.toolCalls];
        if (finishReason) response.finishReason = finishReason;
        if (usage) response.usage = usage;
      }
      return response;
    },
  };
}

/** A name without a provider belongs to that of the backend. */
function nameIn(model: string, requested: string | undefined): string {
  const provider = model.slice(0, model.indexOf('/') + 1);
  if (requested === undefined) return model;
  return requested.startsWith(provider) ? requested : provider + requested;
}

function toModelRequest(request: ChatRequest, model: string): ModelRequest {
  const { tools = [], toolChoice, temperature, topP, maxTokens, responseFormat } = request;
  return {
    model,
    messages: request.messages.map(toModelMessage),
    ...(tools.length > 0 && {
      tools: tools.map((tool) => ({ ...tool, parameters: tool.parameters as Record<string, unknown> })),
    }),
    ...(toolChoice !== undefined && {
      toolChoice: typeof toolChoice === 'string' ? toolChoice : { name: toolChoice.function.name },
    }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(responseFormat !== undefined && { responseFormat: toResponseFormat(responseFormat) }),
  };
}

function toModelMessage(message: ChatMessage): ModelMessage {
  switch (message.role) {
    case 'system':
    case 'tool':
      return message;
    case 'user':
      if (typeof message.content === 'string') return { role: 'user', content: message.content };
      return {
        role: 'user',
        content: message.content.map((part) =>
          part.type === 'text'
            ? part
            : { type: 'image', url: part.image_url.url, detail: part.image_url.detail ?? 'auto' },
        ),
      };
    case 'assistant': {
      const { content, toolCalls = [] } = message;
      if (toolCalls.length === 0) return { role: 'assistant', content };
      const calls = toolCalls.map((call) => ({ ...call, arguments: JSON.stringify(call.arguments) }));
      return { role: 'assistant', content, toolCalls: calls };
    }
  }
}

function toResponseFormat(
  format: NonNullable<ChatRequest['responseFormat']>,
): NonNullable<ModelRequest['responseFormat']> {
  return format.type === 'json_schema' ? { type: 'json_schema', json_schema: format.jsonSchema } : format;
}

function toUsage(usage: ModelUsage | null): ChatUsage {
  const { promptTokens: inputTokens = 0, completionTokens: outputTokens = 0 } = usage ?? {};
  return { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
}

/** @throws `ModelError` for what is no JSON object. */
function parseArguments(name: string, text: string): ToolCall['arguments'] {
  try {
    const value: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as ToolCall['arguments'];
  } catch {
    // Said below.
  }
  throw new ModelError('invalid_response', `The model called '${name}' with arguments that are no JSON object.`);
}
