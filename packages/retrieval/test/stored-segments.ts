import type { SegmentHit, SegmentSearch, SegmentSource } from '@cogitator-ai/openai-engine';
import { expect } from 'vitest';
import { buildLexicalIndex } from '../src/search/lexical-index.ts';
import { quantiseQuery } from '../src/search/quantise-query.ts';
import { searchSegments } from '../src/search/search-segments.ts';
import { SegmentCache } from '../src/search/segment-cache.ts';
import { createTurns } from '../src/search/turns.ts';
import { quantiseVectors } from '../src/segments/quantise-vectors.ts';
import { writeSegment } from '../src/segments/write-segment.ts';

export const turns = createTurns();
export const EMBEDDING = 'test@4';

/** Segments in memory, and what was asked of them. */
export class StoredSegments implements SegmentSource {
  readonly blobs = new Map<string, Uint8Array>();
  /** Opened now. */
  reading = 0;
  maxReading = 0;
  opened = 0;
  /** Awaited by every reader before its first byte. */
  delay: () => Promise<void> = async () => {};

  async open(
    key: string,
    { signal, range }: { signal: AbortSignal; range?: { start: number; end: number } },
  ): Promise<AsyncIterable<Uint8Array> | null> {
    signal.throwIfAborted();
    this.opened++;
    const blob = this.blobs.get(key);
    return blob ? this.#read(blob.slice(range?.start, range?.end)) : null;
  }

  async *#read(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
    this.maxReading = Math.max(this.maxReading, ++this.reading);
    try {
      await this.delay();
      // In pieces that fit nothing.
      for (let at = 0; at < bytes.length; at += 10_007) yield bytes.slice(at, at + 10_007);
    } finally {
      this.reading--;
    }
  }

  async add(key: string, texts: readonly string[], vectors: readonly Float32Array[] | null = null): Promise<void> {
    this.blobs.set(key, await segmentOf(texts, vectors));
  }
}

/** The bytes of a segment. */
export async function segmentOf(
  texts: readonly string[],
  vectors: readonly Float32Array[] | null = null,
): Promise<Uint8Array> {
  const segment = await writeSegment(
    {
      chunks: texts.map((text) => ({ text, repeated: 0 })),
      words: await buildLexicalIndex(texts, turns),
      vectors: vectors && { embedding: EMBEDDING, ...(await quantiseVectors(vectors, turns)) },
    },
    turns,
  );
  const bytes = await bytesOf(segment.content);
  expect(bytes).toHaveLength(segment.bytes);
  return bytes;
}

export async function bytesOf(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}

export function cacheOf(bytes = 64 * 2 ** 20): SegmentCache {
  return new SegmentCache({ bytes, embedding: EMBEDDING, turns });
}

/** Searches everything that is stored, with vectors for the queries or without. */
export function searchAll(
  source: StoredSegments,
  {
    cache = cacheOf(),
    vectors = null,
    signal = AbortSignal.timeout(60_000),
    onDamage = (_, error) => expect.fail(String(error)),
    ...request
  }: Partial<SegmentSearch> & {
    cache?: SegmentCache;
    vectors?: readonly Float32Array[] | null;
    signal?: AbortSignal;
    onDamage?: (key: string, error: Error) => void;
  },
): Promise<SegmentHit[]> {
  return searchSegments(
    { cache, turns, onDamage },
    {
      segments: [...source.blobs.keys()],
      source,
      queries: ['query'],
      limit: 10,
      ranking: { scoreThreshold: 0, weights: { embedding: 1, text: 1 } },
      ...request,
    },
    { vectors: vectors && vectors.map(quantiseQuery), signal },
  );
}

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomVector(dimensions: number, random: () => number): Float32Array {
  return normalised(Float32Array.from({ length: dimensions }, () => random() + random() + random() - 1.5));
}

export function normalised(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (const [index, value] of a.entries()) sum += value * (b[index] as number);
  return sum;
}
