import type { ModelRequest } from '@cogitator-ai/openai-engine';

type Schema = Readonly<Record<string, unknown>>;

/** How deep a value goes that is made from a schema. */
const MAX_DEPTH = 8;

/** The answer in the form a request asks for: a text, or JSON that holds it. */
export function formatAnswer(text: string, format: ModelRequest['responseFormat']): string {
  if (!format || format.type === 'text') return text;
  if (format.type === 'json_object') return JSON.stringify({ answer: text });
  const schema = format.json_schema.schema ?? {};
  return JSON.stringify(valueOf(schema, schema, text, MAX_DEPTH) ?? null);
}

/** A value that a schema describes, as plain as can be; texts are the answer. */
function valueOf(schema: Schema, root: Schema, text: string, depth: number): unknown {
  if (depth === 0) return null;
  const next = (inner: unknown): unknown => valueOf(asSchema(inner), root, text, depth - 1);
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  if (typeof schema['$ref'] === 'string') return next(resolve(schema['$ref'], root));
  for (const choice of [schema['anyOf'], schema['oneOf']]) if (Array.isArray(choice)) return next(choice[0]);
  const [type] = [schema['type']].flat();
  switch (type) {
    case 'string':
      return text;
    case 'number':
    case 'integer':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 0;
    case 'boolean':
      return true;
    case 'array':
      return [next(schema['items'])];
    case 'null':
      return null;
    default:
      return Object.fromEntries(
        Object.entries(asSchema(schema['properties'])).map(([name, property]) => [name, next(property)]),
      );
  }
}

/** `#/$defs/name`. */
function resolve(reference: string, root: Schema): unknown {
  return reference
    .split('/')
    .slice(1)
    .reduce<unknown>((found, name) => asSchema(found)[name], root);
}

function asSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? (value as Schema) : {};
}
