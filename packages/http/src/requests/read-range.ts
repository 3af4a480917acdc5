import { rangeNotSatisfiable } from '@cogitator-ai/openai-protocol';

/** Part of a content, in bytes; `end` is exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The part of a content of `size` bytes that a `Range` header asks for, or `undefined` for all of it: without the header, and,
 * as RFC 9110 allows, for several ranges, other units and what is no range at all.
 *
 * @throws `ApiError` 416 when the content has nothing there.
 */
export function readRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first, last] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;

  // `-5` are the last five bytes.
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start >= end) throw rangeNotSatisfiable(size);
  return { start, end };
}
