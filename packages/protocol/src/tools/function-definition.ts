import { z } from 'zod';
import { invalidFunctionParameters, stringPatternMismatch } from '../errors/error-texts.ts';
import { refusal } from '../errors/refusal.ts';
import { clip } from '../errors/wording.ts';
import { JsonObject } from '../primitives/json-object.ts';
import { strictSchemaProblem } from './strict-schema.ts';

const NAME_PATTERN = /^[a-zA-Z0-9_-]+$/;

/** Longest description of what is wrong with a schema, in UTF-16 units: it repeats what the schema says. */
const MAX_PROBLEM = 1000;

/** Name of a function or response schema: 1 to 64 of `a-z A-Z 0-9 _ -`. */
export const FunctionName = z
  .string()
  .min(1)
  .max(64)
  .check(({ value, issues }) => {
    if (value !== '' && !NAME_PATTERN.test(value)) {
      issues.push(refusal(value, (param) => stringPatternMismatch(param, NAME_PATTERN.source)));
    }
  });

/** A function the model may call. `parameters` is a JSON Schema. */
export const FunctionDefinition = z
  .strictObject({
    name: FunctionName,
    description: z.string().exactOptional(),
    parameters: JsonObject.exactOptional(),
    strict: z.boolean().nullable().exactOptional(),
  })
  .check(({ value: { name, parameters, strict }, issues }) => {
    const problem = parameters && schemaProblem(parameters, strict ?? false);
    if (problem) {
      const text = clip(problem, MAX_PROBLEM);
      issues.push(refusal(parameters, (param) => invalidFunctionParameters(param, name, text), ['parameters']));
    }
  });
export type FunctionDefinition = z.infer<typeof FunctionDefinition>;

function schemaProblem(schema: JsonObject, strict: boolean): string | null {
  const { type } = schema;
  if (type !== undefined && type !== 'object') {
    return `schema must be a JSON Schema of 'type: "object"', got 'type: ${JSON.stringify(type)}'.`;
  }
  return strict ? strictSchemaProblem(schema) : null;
}
