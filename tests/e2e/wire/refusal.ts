import type { WireResponse } from './request.ts';

/** What a request was refused with. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

/** Reads a refusal. @throws when the request was not refused. */
export function readRefusal({ status, body }: WireResponse): Refusal {
  const { error } = JSON.parse(body.toString()) as { error?: Omit<Refusal, 'status'> };
  if (!error) throw new Error(`Accepted: ${status} ${body.toString()}`);
  return { status, ...error };
}

/** The refusal of a request that is wrong in one parameter. */
export function refusal(param: string | null, code: string | null, message: string, status = 400): Refusal {
  return { status, message, type: 'invalid_request_error', param, code };
}

export function unknownParameter(param: string): Refusal {
  return refusal(param, 'unknown_parameter', `Unknown parameter: '${param}'.`);
}

export function missingParameter(param: string): Refusal {
  return refusal(param, 'missing_required_parameter', `Missing required parameter: '${param}'.`);
}

export function invalidType(param: string, expected: string, got: string): Refusal {
  return refusal(param, 'invalid_type', `Invalid type for '${param}': expected ${expected}, but got ${got} instead.`);
}

/** @param supported - The list as the text has it: `'a' and 'b'`. */
export function invalidValue(param: string, value: string, supported: string): Refusal {
  return refusal(param, 'invalid_value', `Invalid value: '${value}'. Supported values are: ${supported}.`);
}

export function outOfBounds(
  kind: 'integer' | 'decimal',
  param: string,
  bound: '<=' | '>=',
  limit: number,
  got: number,
): Refusal {
  const side = bound === '<=' ? 'above maximum' : 'below minimum';
  return refusal(
    param,
    `${kind}_${bound === '<=' ? 'above_max' : 'below_min'}_value`,
    `Invalid '${param}': ${kind} ${side} value. Expected a value ${bound} ${limit}, but got ${got} instead.`,
  );
}

export function arrayTooLong(param: string, max: number, length: number): Refusal {
  return refusal(
    param,
    'array_above_max_length',
    `Invalid '${param}': array too long. Expected an array with maximum length ${max}, but got an array with length ${length} instead.`,
  );
}

export function stringTooLong(param: string, max: number, length: number): Refusal {
  return refusal(
    param,
    'string_above_max_length',
    `Invalid '${param}': string too long. Expected a string with maximum length ${max}, but got a string with length ${length} instead.`,
  );
}
