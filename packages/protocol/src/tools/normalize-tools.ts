import type { AssistantTool, FileSearchTool } from './assistant-tool.ts';
import type { FunctionDefinition } from './function-definition.ts';

/**
 * Tools as the service shows them: with the defaults of what the client left out (recorded traffic).
 *
 * A function gains `strict: false` and an empty parameter schema; `file_search` gains its ranking options. A description
 * or `max_num_results` that was not sent stays out.
 */
export function normalizeTools(tools: readonly AssistantTool[]): AssistantTool[] {
  return tools.map((tool) => {
    switch (tool.type) {
      case 'code_interpreter':
        return tool;
      case 'file_search':
        return normalizeFileSearch(tool);
      case 'function':
        return { type: 'function', function: normalizeFunction(tool.function) };
    }
  });
}

function normalizeFunction({ name, description, parameters, strict }: FunctionDefinition): FunctionDefinition {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    parameters: parameters ?? { type: 'object', properties: {} },
    strict: strict ?? false,
  };
}

function normalizeFileSearch({ file_search: options = {} }: FileSearchTool): FileSearchTool {
  const { max_num_results: maxNumResults, ranking_options: ranking } = options;
  return {
    type: 'file_search',
    file_search: {
      ...(maxNumResults === undefined ? {} : { max_num_results: maxNumResults }),
      ranking_options: {
        ranker: ranking?.ranker ?? 'default_2024_08_21',
        score_threshold: ranking?.score_threshold ?? 0,
      },
    },
  };
}
