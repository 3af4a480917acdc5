import type { FunctionDefinition, Run } from '@cogitator-ai/openai-protocol';
import { fileSearchFunction, fileSearchName } from '../file-search/file-search-function.ts';
import { ModelError, type ModelMessage, type ModelRequest } from '../ports/model-port.ts';
import type { ServerTool } from '../ports/tool-port.ts';

/** What differs from turn to turn. */
export interface Turn {
  readonly messages: ModelMessage[];
  readonly tools: FunctionDefinition[];
  /** A forced tool choice holds for the first turn only, else the run would call for ever. */
  readonly isFirst: boolean;
  /** What is left of the run's completion tokens, or `null` for no limit. */
  readonly maxTokens: number | null;
}

/**
 * The functions a run's model may call.
 *
 * @throws `ModelError` `unavailable` for a built-in tool that this server cannot run.
 */
export function functionsOf(run: Run, serverTools: ReadonlyMap<string, ServerTool>): FunctionDefinition[] {
  const searchName = fileSearchName(run);
  return run.tools.map((tool) => {
    if (tool.type === 'function') return completeDefinition(tool.function, serverTools.get(tool.function.name));
    if (tool.type === 'file_search' && searchName !== null) return fileSearchFunction(searchName);
    throw new ModelError('unavailable', `The tool '${tool.type}' is not available on this server.`);
  });
}

/** What the model is asked in the run's next turn. */
export function buildModelRequest(run: Run, { messages, tools, isFirst, maxTokens }: Turn): ModelRequest {
  const { response_format: format } = run;
  const request: ModelRequest = { model: run.model, messages };
  if (tools.length > 0) {
    request.tools = tools;
    request.parallelToolCalls = run.parallel_tool_calls;
    request.toolChoice = isFirst ? toToolChoice(run) : 'auto';
  }
  if (run.temperature !== null) request.temperature = run.temperature;
  // 1 takes nothing away; some models refuse to be given both settings.
  if (run.top_p !== null && run.top_p !== 1) request.topP = run.top_p;
  if (maxTokens !== null) request.maxTokens = maxTokens;
  if (run.reasoning_effort !== null) request.reasoningEffort = run.reasoning_effort;
  if (format !== null && format !== 'auto') request.responseFormat = format;
  return request;
}

/** Where the assistant only names a function of the server, the server says what it is. */
function completeDefinition(definition: FunctionDefinition, tool: ServerTool | undefined): FunctionDefinition {
  if (!tool) return definition;
  const { description, parameters } = tool.definition;
  const described = Object.keys(definition.parameters?.['properties'] ?? {}).length > 0;
  return {
    ...definition,
    ...(definition.description === undefined && description !== undefined ? { description } : {}),
    ...(described || parameters === undefined ? {} : { parameters }),
  };
}

function toToolChoice(run: Run): NonNullable<ModelRequest['toolChoice']> {
  const { tool_choice: choice } = run;
  if (choice === null) return 'auto';
  if (typeof choice === 'string') return choice;
  const name =
    choice.type === 'function' ? choice.function.name : choice.type === 'file_search' ? fileSearchName(run) : null;
  return name === null ? 'auto' : { name };
}
