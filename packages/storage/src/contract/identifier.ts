const IDENTIFIER = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * Whether a text can name something: an id, an owner in a path, a cursor, a unique value, a filter's value, a blob's key.
 * 1 to 128 characters of `[A-Za-z0-9_-]`, capitals and small letters being different.
 */
export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text);
}
