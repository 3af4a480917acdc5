import { z } from 'zod';
import type { ServerTool, ServerToolContext } from '../ports/tool-port.ts';

/** A schema that checks what a model sends: any of zod 4, and of zod 3 where the tool says `toJSON`. */
export interface ToolParameters<Output> {
  safeParseAsync(
    value: unknown,
  ): Promise<{ success: true; data: Output } | { success: false; error: { issues: readonly ToolIssue[] } }>;
}

interface ToolIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What a function is told about the call. */
export interface ToolContext extends ServerToolContext {
  /** The assistant that calls. */
  agentId: string;
}

/** A function with the schema of its parameters, as `tool()` of `@cogitator-ai/core` makes it. */
export interface ToolDefinition<Parameters = unknown> {
  name: string;
  description?: string;
  /** An object. What a model sends is given to `execute` as the schema outputs it. */
  parameters: ToolParameters<Parameters>;
  /** Its result goes to the model: texts as they are, all else as JSON. May throw: the model is told. */
  execute(parameters: Parameters, context: ToolContext): unknown;
  /** Longest execution, in ms, more than 0. Default the engine's `toolTimeoutMs`. */
  timeout?: number;
  /** Whether a call may be executed again that was under way when the server was lost. Default false. */
  idempotent?: boolean;
  /** The parameters as JSON Schema. Default made by zod from `parameters`. */
  toJSON?(): { parameters: object };
}

/**
 * Makes a function with a schema a tool of the engine.
 *
 * @throws `TypeError` for a schema that has no form in JSON; `RangeError` for a timeout that is none.
 */
export function createServerTool<Parameters>(tool: ToolDefinition<Parameters>): ServerTool {
  const { name, description, parameters, timeout, idempotent } = tool;
  if (timeout !== undefined && !(timeout > 0))
    throw new RangeError(`The timeout of the tool '${name}' must be more than 0.`);
  return {
    definition: { name, ...(description !== undefined && { description }), parameters: jsonSchemaOf(tool) },
    ...(timeout !== undefined && { timeoutMs: timeout }),
    ...(idempotent !== undefined && { idempotent }),

    async execute(argumentsJson, context) {
      const parsed = await parameters.safeParseAsync(parseArguments(argumentsJson));
      if (!parsed.success) throw new Error(`the arguments are wrong: ${parsed.error.issues.map(describe).join('; ')}`);
      return toText(await tool.execute(parsed.data, { ...context, agentId: context.assistantId }));
    },
  };
}

function jsonSchemaOf<Parameters>(tool: ToolDefinition<Parameters>): Record<string, unknown> {
  if (tool.toJSON) return tool.toJSON().parameters as Record<string, unknown>;
  try {
    // What the model writes is the schema's input: defaults are not yet filled in.
    const { $schema: _, ...schema } = z.toJSONSchema(tool.parameters as unknown as z.ZodType, { io: 'input' });
    return schema;
  } catch (cause) {
    throw new TypeError(`The parameters of the tool '${tool.name}' cannot be said in JSON Schema.`, { cause });
  }
}

/** Some models send nothing at all to a function without parameters. */
function parseArguments(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('the arguments are no JSON');
  }
}

function describe({ path, message }: ToolIssue): string {
  return path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`;
}

function toText(result: unknown): string {
  return typeof result === 'string' ? result : (JSON.stringify(result) ?? '');
}
