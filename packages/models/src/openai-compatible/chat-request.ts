import type { ModelContentPart, ModelMessage, ModelRequest } from '@cogitator-ai/openai-engine';

/** What differs between endpoints that speak chat completions. */
export interface ChatDialect {
  /**
   * The parameter that limits the answer. Default `max_tokens`, which nearly all know; OpenAI's reasoning models refuse it.
   */
  readonly maxTokensParameter: 'max_tokens' | 'max_completion_tokens';
  /** Whether usage must be asked for with `stream_options`. Default true; Mistral refuses it and sends usage anyway. */
  readonly asksForUsage: boolean;
}

export const DEFAULT_DIALECT: ChatDialect = { maxTokensParameter: 'max_tokens', asksForUsage: true };

/** Body of `POST /chat/completions`. Settings that are not given are left out, and so are empty lists. */
export function toChatRequest(model: string, request: ModelRequest, dialect: ChatDialect): object {
  const { tools, toolChoice, responseFormat } = request;
  return {
    model,
    messages: request.messages.map(toChatMessage),
    stream: true,
    ...(dialect.asksForUsage && { stream_options: { include_usage: true } }),
    ...(tools && {
      tools: tools.map((definition) => ({ type: 'function', function: definition })),
      ...(toolChoice !== undefined && toolChoice !== 'auto' && { tool_choice: toChatToolChoice(toolChoice) }),
      ...(request.parallelToolCalls === false && { parallel_tool_calls: false }),
    }),
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    ...(request.topP !== undefined && { top_p: request.topP }),
    ...(request.maxTokens !== undefined && { [dialect.maxTokensParameter]: request.maxTokens }),
    ...(responseFormat && { response_format: responseFormat }),
    ...(request.reasoningEffort !== undefined && { reasoning_effort: request.reasoningEffort }),
  };
}

function toChatMessage(message: ModelMessage): object {
  switch (message.role) {
    case 'system':
      return message;
    case 'user':
      return {
        role: 'user',
        content: typeof message.content === 'string' ? message.content : message.content.map(toChatPart),
      };
    case 'assistant':
      return {
        role: 'assistant',
        content: message.content,
        ...(message.toolCalls && {
          tool_calls: message.toolCalls.map(({ id, name, arguments: text }) => ({
            id,
            type: 'function',
            function: { name, arguments: text },
          })),
        }),
      };
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: message.content };
  }
}

function toChatPart(part: ModelContentPart): object {
  if (part.type === 'text') return part;
  return { type: 'image_url', image_url: { url: part.url, detail: part.detail } };
}

function toChatToolChoice(choice: NonNullable<ModelRequest['toolChoice']>): unknown {
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } };
}
