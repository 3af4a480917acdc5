/** The words error texts use for the type of a JSON value. */
export type TypeWord = 'a string' | 'an integer' | 'a decimal' | 'a boolean' | 'an array' | 'an object' | 'null';

/** What a client sent, in the words of error texts. */
export function typeWord(value: unknown): TypeWord {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'boolean') return 'a boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal';
  return 'an object';
}

/** `'a'`, `'a' and 'b'`, `'a', 'b', and 'c'`. */
export function quotedList(values: readonly unknown[]): string {
  const quoted = values.map((value) => `'${String(value)}'`);
  if (quoted.length < 3) return quoted.join(' and ');
  return `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)}`;
}

/** Longest piece of a client's own text that is repeated to it, in UTF-16 units. */
const MAX_QUOTED = 200;

/** A client's own text, cut so that an error stays small whatever was sent. */
export function clip(value: string, maxLength = MAX_QUOTED): string {
  return value.length <= maxLength ? value : `${value.slice(0, maxLength)}…`;
}
