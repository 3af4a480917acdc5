import type { SegmentSource } from '@cogitator-ai/openai-engine';
import { ByteReader } from '../byte-reader.ts';
import { checksumOf } from '../segments/checksum.ts';
import { SegmentError } from '../segments/segment-error.ts';
import { HEADER_BYTES, parseHeader, type SegmentHeader } from '../segments/segment-layout.ts';
import type { Arena } from './arena.ts';
import type { CachedSegment } from './cached-segment.ts';
import type { Turns } from './turns.ts';

/** What is asked for first, in bytes: all of a segment that has no more. */
const FIRST_BYTES = 2 ** 17;

export interface LoadOptions {
  readonly arena: Arena;
  /** Takes memory of the arena, waiting for it. */
  readonly take: (bytes: number) => Promise<number>;
  /** What queries are embedded with. */
  readonly embedding: string | null;
  readonly turns: Turns;
  readonly signal: AbortSignal;
}

/**
 * Reads what is needed of a segment into the arena.
 *
 * @returns `null` when it is gone.
 * @throws {@link SegmentError} when it is damaged, {@link SegmentError} when it is larger than the arena; what the source throws.
 */
export async function loadSegment(
  key: string,
  source: SegmentSource,
  options: LoadOptions,
): Promise<CachedSegment | null> {
  const { arena, take, embedding, signal } = options;
  const content = await source.open(key, { signal, range: { start: 0, end: FIRST_BYTES } });
  if (!content) return null;
  const reader = new ByteReader(content, signal);
  try {
    const head = await reader.read(HEADER_BYTES);
    const header = parseHeader(head);
    const hasVectors = header.embedding !== null && header.embedding === embedding;
    const bytes = bytesToLoad(header, hasVectors);
    if (bytes > arena.room) throw new SegmentError('The segment is larger than the cache.');
    const start = await take(bytes);
    try {
      arena.bytes.set(head, start);
      const first = Math.min(bytes, FIRST_BYTES);
      await fill(arena, start + HEADER_BYTES, reader.parts(first - HEADER_BYTES));
      if (bytes > first && !(await loadRest(key, source, { ...options, start, first, bytes }))) {
        arena.give(start, bytes);
        return null;
      }
      const segment = { key, start, bytes, counts: header.counts, layout: header.layout, hasVectors };
      await verify(segment, header, options);
      return segment;
    } catch (error) {
      arena.give(start, bytes);
      throw error;
    }
  } finally {
    reader.close();
  }
}

function bytesToLoad({ layout }: SegmentHeader, hasVectors: boolean): number {
  if (layout.end <= FIRST_BYTES) return layout.end;
  return hasVectors ? layout.texts : layout.scales;
}

/** @returns Whether it is still there. */
async function loadRest(
  key: string,
  source: SegmentSource,
  { arena, signal, start, first, bytes }: LoadOptions & { start: number; first: number; bytes: number },
): Promise<boolean> {
  const content = await source.open(key, { signal, range: { start: first, end: bytes } });
  if (!content) return false;
  const reader = new ByteReader(content, signal);
  try {
    await fill(arena, start + first, reader.parts(bytes - first));
  } finally {
    reader.close();
  }
  return true;
}

async function fill(arena: Arena, start: number, parts: AsyncIterable<Uint8Array>): Promise<void> {
  let at = start;
  for await (const part of parts) {
    arena.bytes.set(part, at);
    at += part.length;
  }
}

async function verify(
  { start, hasVectors, layout }: CachedSegment,
  { checksums }: SegmentHeader,
  { arena, turns, signal }: LoadOptions,
): Promise<void> {
  const sumOf = (from: number, to: number): Promise<number> =>
    checksumOf(to - from, (a, b) => arena.bytes.subarray(start + from + a, start + from + b), turns);
  const isIntact =
    (await sumOf(HEADER_BYTES, layout.scales)) === checksums.words &&
    (!hasVectors || (await sumOf(layout.scales, layout.texts)) === checksums.vectors);
  signal.throwIfAborted();
  if (!isIntact) throw new SegmentError('The segment is damaged.');
}
