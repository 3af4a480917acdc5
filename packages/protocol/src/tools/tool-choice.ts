import { z } from 'zod';
import { FunctionName } from './function-definition.ts';

/** Forces one tool in the first model turn of a run. */
export const NamedToolChoice = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: FunctionName }) }),
  z.strictObject({ type: z.literal('code_interpreter') }),
  z.strictObject({ type: z.literal('file_search') }),
]);
export type NamedToolChoice = z.infer<typeof NamedToolChoice>;

/** Whether and which tools the model calls. */
export const ToolChoice = z.union([z.enum(['none', 'auto', 'required']), NamedToolChoice]);
export type ToolChoice = z.infer<typeof ToolChoice>;
