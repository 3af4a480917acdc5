import type { ModelContentPart, ModelMessage, ModelRequest } from '@cogitator-ai/openai-engine';

/** What differs between endpoints that speak chat completions. */
export interface ChatDialect {
  /**
   * The field that limits the answer. Default `max_tokens`, which nearly all know and Ollama and Mistral know alone;
   * OpenAI has deprecated it. Its reasoning models refuse it wherever they are served, so they get the other one anyway.
   */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** Whether usage must be asked for with `stream_options`. Default true; Mistral refuses it and sends usage anyway. */
  readonly asksForUsage: boolean;
}

export const DEFAULT_DIALECT: ChatDialect = { maxTokensField: 'max_tokens', asksForUsage: true };

const OPENAI_REASONING_MODEL = /(?:^|\/)(?:o\d|gpt-5)(?:$|[-.:])/;

/**
 * Body of `POST /chat/completions`. What is not given is left out, and so is what equals the protocol's default:
 * a run always has `temperature: 1` and `top_p: 1`, yet some models refuse either of them (OpenAI's o-series) or both
 * together (Anthropic's), and some providers refuse fields they do not know.
 */
export function toChatRequest(model: string, request: ModelRequest, dialect: ChatDialect): object {
  const { tools, toolChoice, temperature, topP, maxTokens, responseFormat, reasoningEffort } = request;
  const maxTokensField = OPENAI_REASONING_MODEL.test(model) ? 'max_completion_tokens' : dialect.maxTokensField;
  return {
    model,
    messages: request.messages.map(toChatMessage),
    stream: true,
    ...(dialect.asksForUsage && { stream_options: { include_usage: true } }),
    ...(tools && {
      tools: tools.map(toChatTool),
      ...(toolChoice !== undefined && toolChoice !== 'auto' && { tool_choice: toChatToolChoice(toolChoice) }),
      ...(request.parallelToolCalls === false && { parallel_tool_calls: false }),
    }),
    ...(temperature !== undefined && temperature !== 1 && { temperature }),
    ...(topP !== undefined && topP !== 1 && { top_p: topP }),
    ...(maxTokens !== undefined && { [maxTokensField]: maxTokens }),
    ...(responseFormat && responseFormat.type !== 'text' && { response_format: responseFormat }),
    ...(reasoningEffort !== undefined && { reasoning_effort: reasoningEffort }),
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
  const { url, detail } = part;
  return { type: 'image_url', image_url: detail === 'auto' ? { url } : { url, detail } };
}

function toChatTool({ name, description, parameters, strict }: NonNullable<ModelRequest['tools']>[number]): object {
  return {
    type: 'function',
    function: {
      name,
      ...(description !== undefined && { description }),
      // OpenAI takes a function without parameters, Mistral does not.
      parameters: parameters ?? { type: 'object', properties: {} },
      ...(strict && { strict }),
    },
  };
}

function toChatToolChoice(choice: NonNullable<ModelRequest['toolChoice']>): unknown {
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } };
}
