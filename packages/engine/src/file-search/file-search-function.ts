import type { FileSearchTool, FunctionDefinition, Run } from '@cogitator-ai/openai-protocol';

/** Most queries of one call. */
const MAX_QUERIES = 5;

/** The run's file_search, or `undefined` when it has none. */
export function fileSearchOf({ tools }: Run): FileSearchTool | undefined {
  return tools.find((tool) => tool.type === 'file_search');
}

/** The name by which the run's model calls file_search: that of no function of the run. `null`: the run has none. */
export function fileSearchName(run: Run): string | null {
  if (!fileSearchOf(run)) return null;
  const taken = new Set(run.tools.map((tool) => (tool.type === 'function' ? tool.function.name : null)));
  let name = 'file_search';
  while (taken.has(name)) name += '_';
  return name;
}

/** file_search as a function that the model can call. */
export function fileSearchFunction(name: string): FunctionDefinition {
  return {
    name,
    description:
      'Searches the files that belong to this conversation. Use it whenever the answer may be in them, with queries that can be understood by themselves. ' +
      'The passages it finds begin with a marker such as 【4:0†notes.txt】. Cite each passage that you use by repeating its marker, unchanged, right behind the statement that rests on it.',
    parameters: {
      type: 'object',
      properties: {
        queries: {
          type: 'array',
          items: { type: 'string' },
          minItems: 1,
          maxItems: MAX_QUERIES,
          description: 'What to search for, each in its own words.',
        },
      },
      required: ['queries'],
      additionalProperties: false,
    },
    strict: false,
  };
}

/** The queries of a call; `null` when the model has written something else. Models that write one query as a text are understood. */
export function readQueries(argumentsJson: string): string[] | null {
  let value: unknown;
  try {
    value = JSON.parse(argumentsJson);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { queries, query } = value as { queries?: unknown; query?: unknown };
  const listed: unknown[] = Array.isArray(queries) ? queries : [queries ?? query];
  const texts = listed.filter((text): text is string => typeof text === 'string' && text.trim() !== '');
  return texts.length === 0 ? null : texts.slice(0, MAX_QUERIES);
}
