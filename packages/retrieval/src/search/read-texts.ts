import type { SegmentHit, SegmentSource } from '@cogitator-ai/openai-engine';
import { ByteReader } from '../byte-reader.ts';
import { SegmentError } from '../segments/segment-error.ts';
import { HEADER_BYTES, TABLE_ENTRY_BYTES } from '../segments/segment-layout.ts';
import { inParallel } from './in-parallel.ts';
import type { SegmentCache } from './segment-cache.ts';

/** Texts that are read at a time. */
const MAX_READS = 16;

/** A chunk whose text is to be read. */
export type Hit = Omit<SegmentHit, 'text'>;

interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads the texts of chunks, from the cache where it has them.
 *
 * @param options.onDamage - Told what cannot be read.
 * @returns The chunks in their order, without those whose segment is gone or damaged.
 * @throws what the source throws; the signal's reason.
 */
export async function readTexts(
  hits: readonly Hit[],
  {
    cache,
    source,
    signal,
    onDamage,
  }: {
    cache: SegmentCache;
    source: SegmentSource;
    signal: AbortSignal;
    onDamage: (key: string, error: SegmentError) => void;
  },
): Promise<SegmentHit[]> {
  const texts = new Map<Hit, string>();
  await inParallel(hits, { limit: MAX_READS, signal }, async (hit, either) => {
    try {
      const text = await readText(hit, cache, (range) => readRange(source, hit.segment, range, either));
      if (text !== null) texts.set(hit, text);
    } catch (error) {
      if (!(error instanceof SegmentError)) throw error;
      onDamage(hit.segment, error);
    }
  });
  return hits.flatMap((hit) => {
    const text = texts.get(hit);
    return text === undefined ? [] : [{ ...hit, text }];
  });
}

async function readText(
  { segment, chunk }: Hit,
  cache: SegmentCache,
  read: (range: ByteRange) => Promise<Uint8Array | null>,
): Promise<string | null> {
  const cached = cache.take(segment);
  if (cached) {
    try {
      const copy = (range: ByteRange): Uint8Array =>
        cache.arena.bytes.slice(cached.start + range.start, cached.start + range.end);
      const range = textRange(copy(entryRange(chunk)));
      const bytes = range.end <= cached.bytes ? copy(range) : await read(range);
      return bytes && decode(bytes);
    } finally {
      cache.release(cached);
    }
  }
  const entry = await read(entryRange(chunk));
  const bytes = entry && (await read(textRange(entry)));
  return bytes && decode(bytes);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** Where the chunk table has a chunk, and the one after it. */
function entryRange(chunk: number): ByteRange {
  const start = HEADER_BYTES + chunk * TABLE_ENTRY_BYTES;
  return { start, end: start + 2 * TABLE_ENTRY_BYTES };
}

function textRange(entries: Uint8Array): ByteRange {
  const view = new DataView(entries.buffer, entries.byteOffset, entries.length);
  const [start, end] = [view.getUint32(0, true), view.getUint32(TABLE_ENTRY_BYTES, true)];
  if (end < start) throw new SegmentError('The segment is damaged.');
  return { start, end };
}

async function readRange(
  source: SegmentSource,
  key: string,
  range: ByteRange,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  if (range.start === range.end) return new Uint8Array(0);
  const content = await source.open(key, { signal, range });
  if (!content) return null;
  const reader = new ByteReader(content, signal);
  try {
    return await reader.read(range.end - range.start);
  } finally {
    reader.close();
  }
}
