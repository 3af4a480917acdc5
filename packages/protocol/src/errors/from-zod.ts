import type { z } from 'zod';
import { characterCount } from '../primitives/text.ts';
import type { ApiError } from './api-error.ts';
import {
  arrayTooLong,
  arrayTooShort,
  invalidType,
  invalidValue,
  missingParameter,
  numberTooLarge,
  numberTooSmall,
  stringTooLong,
  stringTooShort,
  unknownParameter,
} from './error-texts.ts';
import { refusalError } from './refusal.ts';
import { clip, typeWord } from './wording.ts';

type Issue = z.core.$ZodIssue;

/**
 * A request body or query as `schema` describes it. No body at all counts as `{}`.
 *
 * @throws {@link ApiError} 400 for the first thing that is wrong: types, missing and unknown keys before limits.
 */
export function parseRequest<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const body = input ?? {};
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw toApiError(result.error.issues, body);
}

function toApiError(issues: readonly Issue[], body: unknown): ApiError {
  const flat = issues.flatMap((issue) => flatten(issue, [], body));
  return errorOf(flat.find((issue) => !isLimit(issue)) ?? (flat[0] as Issue), body);
}

function isLimit({ code }: Issue): boolean {
  return code === 'too_big' || code === 'too_small' || code === 'custom';
}

/** The issues of the union option a client meant, in place of the union's own. */
function flatten(issue: Issue, prefix: readonly PropertyKey[], body: unknown): Issue[] {
  const path = [...prefix, ...issue.path];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ ...issue, path }];
  const value = valueAt(body, path);
  // An option fits when the value has its type, whatever is wrong inside.
  const meant = issue.errors.find(
    (option) => !option.some((inner) => inner.path.length === 0 && isOfOtherType(inner, value)),
  );
  if (meant) return meant.flatMap((inner) => flatten(inner, path, body));
  const expected = issue.errors.map((option) => expectedType(option[0] as Issue));
  return [{ code: 'invalid_type', expected: expected.join('|'), path, message: '' }];
}

function isOfOtherType(issue: Issue, value: unknown): boolean {
  return issue.code === 'invalid_type' || (issue.code === 'invalid_value' && typeof value !== 'string');
}

function expectedType(issue: Issue): string {
  return issue.code === 'invalid_type' ? issue.expected : 'string';
}

const EXPECTED_WORDS: Record<string, string> = {
  string: 'a string',
  int: 'an integer',
  number: 'a decimal',
  boolean: 'a boolean',
  array: 'an array',
  object: 'an object',
  'string|array': 'one of a string or array of objects',
  'string|object': 'one of a string or object',
  'string|number': 'one of a string or decimal',
  'string|number|boolean': 'one of a string, decimal or boolean',
};

function errorOf(issue: Issue, body: unknown): ApiError {
  const param = toParam(issue.path);
  const value = valueAt(body, issue.path);
  if (value === undefined && issue.path.length > 0) return missingParameter(param);
  if (issue.code === 'unrecognized_keys') return unknownParameter(toParam([...issue.path, issue.keys[0] as string]));
  if (issue.code === 'invalid_type') return wrongType(param, issue.expected, value);
  if (issue.code === 'invalid_value') return unsupportedValue(param, issue.values, value);
  // A union that is left has a discriminator, and no option claims its value.
  if (issue.code === 'invalid_union') {
    return unsupportedValue(param, 'options' in issue ? (issue.options ?? []) : [], value);
  }
  if (issue.code === 'too_big') return tooBig(param, issue, value);
  if (issue.code === 'too_small') return tooSmall(param, issue, value);
  const toError = issue.code === 'custom' ? refusalError(issue) : undefined;
  if (toError) return toError(param);
  throw new TypeError(`No error text for the issue '${issue.code}' of '${param}'.`);
}

function wrongType(param: string, expected: string, value: unknown): ApiError {
  return invalidType(param, EXPECTED_WORDS[expected] ?? `a ${expected}`, typeWord(value));
}

function unsupportedValue(param: string, supported: readonly unknown[], value: unknown): ApiError {
  return typeof value === 'string' ? invalidValue(param, value, supported) : wrongType(param, 'string', value);
}

function tooBig(param: string, { origin, maximum }: z.core.$ZodIssueTooBig, value: unknown): ApiError {
  const max = Number(maximum);
  if (origin === 'string') return stringTooLong(param, max, characterCount(String(value)));
  if (origin === 'array') return arrayTooLong(param, max, (value as unknown[]).length);
  return numberTooLarge(origin === 'int' ? 'integer' : 'decimal', param, max, Number(value));
}

function tooSmall(param: string, { origin, minimum }: z.core.$ZodIssueTooSmall, value: unknown): ApiError {
  const min = Number(minimum);
  if (origin === 'string') return stringTooShort(param, min, characterCount(String(value)));
  if (origin === 'array') return arrayTooShort(param, min, (value as unknown[]).length);
  return numberTooSmall(origin === 'int' ? 'integer' : 'decimal', param, min, Number(value));
}

/** `tools[0].function.name`. */
function toParam(path: readonly PropertyKey[]): string {
  let param = '';
  for (const key of path) {
    if (typeof key === 'number') param += `[${key}]`;
    else param += (param === '' ? '' : '.') + clip(String(key));
  }
  return param;
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}
