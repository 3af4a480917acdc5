import { createServerTool, type ToolDefinition } from '@cogitator-ai/openai-engine';

/** A function as a model is told of it; `parameters` is a JSON Schema. */
export interface ToolSchema {
  name: string;
  description: string;
  parameters: object;
}

/** A function that models may call. */
export interface Tool<Parameters = unknown> extends ToolDefinition<Parameters> {
  description: string;
  toJSON(): ToolSchema;
}

/**
 * Makes a function one that models may call.
 *
 * ```ts
 * const add = tool({
 *   name: 'add',
 *   description: 'Adds two numbers',
 *   parameters: z.object({ a: z.number(), b: z.number() }),
 *   execute: ({ a, b }) => a + b,
 * });
 * ```
 *
 * @param definition.name - 1 to 64 of `a-z A-Z 0-9 _ -`.
 * @param definition.execute - Gets the arguments as the schema outputs them, and an `AbortSignal` in its context.
 * @param definition.timeout - Longest execution, in ms. Default 60,000.
 * @throws `TypeError` for parameters that cannot be said in JSON Schema, such as dates.
 */
export function tool<Parameters>(definition: ToolDefinition<Parameters> & { description: string }): Tool<Parameters> {
  const { parameters = {} } = createServerTool(definition).definition;
  const { name, description } = definition;
  return { ...definition, toJSON: () => ({ name, description, parameters }) };
}
