import { isObject } from '../primitives/json-object.ts';

/**
 * Why a JSON Schema cannot be followed strictly, in the service's words; null when it can.
 *
 * Strict schemas close every object: `additionalProperties: false`, and all properties required.
 */
export function strictSchemaProblem(schema: Record<string, unknown>, context: readonly string[] = []): string | null {
  const { properties, required, additionalProperties } = schema;
  const where = `In context=(${context.map((key) => `'${key}'`).join(', ')}${context.length === 1 ? ',' : ''})`;
  if (schema['type'] === 'object' || isObject(properties)) {
    if (additionalProperties !== false) {
      return `${where}, 'additionalProperties' is required to be supplied and to be false.`;
    }
    const names = Object.keys(isObject(properties) ? properties : {});
    const missing = names.find((name) => !Array.isArray(required) || !required.includes(name));
    if (missing !== undefined) {
      return `${where}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`;
    }
  }
  for (const keyword of ['properties', 'items', 'anyOf', '$defs', 'definitions']) {
    const problem = subschemasProblem(keyword, schema[keyword], context);
    if (problem !== null) return problem;
  }
  return null;
}

function subschemasProblem(keyword: string, value: unknown, context: readonly string[]): string | null {
  if (typeof value !== 'object' || value === null) return null;
  if (keyword === 'items') return isObject(value) ? strictSchemaProblem(value, [...context, keyword]) : null;
  for (const [key, subschema] of Object.entries(value)) {
    const problem = isObject(subschema) ? strictSchemaProblem(subschema, [...context, keyword, key]) : null;
    if (problem !== null) return problem;
  }
  return null;
}
