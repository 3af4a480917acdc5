import { createServerTool, type ToolDefinition } from '@cogitator-ai/openai-engine';
import { FunctionDefinition } from '@cogitator-ai/openai-protocol';
import { inspect } from 'node:util';

const { name: FunctionName } = FunctionDefinition.shape;

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
 * @throws `TypeError` for what is no such definition, and for parameters that cannot be said in JSON Schema, such as dates.
 */
export function tool<Parameters>(definition: ToolDefinition<Parameters> & { description: string }): Tool<Parameters> {
  const { name, description } = definition;
  assertTool(definition);
  const { parameters = {} } = createServerTool(definition).definition;
  // A schema of a text or a list is one of zod, and no parameters.
  if ((parameters['type'] ?? 'object') !== 'object') throw wrongParameters(name);
  return { ...definition, toJSON: () => ({ name, description, parameters }) };
}

function assertTool<Parameters>(definition: ToolDefinition<Parameters>): void {
  const { name, parameters } = definition;
  if (!FunctionName.safeParse(name).success) {
    throw new TypeError(`The name of a tool must be 1 to 64 of a-z A-Z 0-9 _ -; got ${inspect(name)}.`);
  }
  if (typeof (parameters as Partial<typeof parameters> | undefined)?.safeParseAsync !== 'function')
    throw wrongParameters(name);
  if (typeof definition.execute !== 'function')
    throw new TypeError(`\`execute\` of the tool '${name}' must be a function.`);
}

function wrongParameters(name: string): TypeError {
  return new TypeError(`\`parameters\` of the tool '${name}' must be a zod schema, z.object({ … }).`);
}
