import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, cacheOf, EMBEDDING, segmentOf, StoredSegments, turns } from '../../test/stored-segments.ts';
import { buildLexicalIndex } from '../search/lexical-index.ts';
import { quantiseVectors } from './quantise-vectors.ts';
import { readChunksOf, readText } from './read-segment.ts';
import { SegmentError } from './segment-error.ts';
import { encodeHeader, HEADER_BYTES, parseHeader } from './segment-layout.ts';
import { writeSegment } from './write-segment.ts';

const signal = AbortSignal.timeout(60_000);
const TEXTS = ['The first chunk.', 'Der zweite: Größe, 手機 🎉', ''];
const VECTORS = [
  [1, 0, 0, 0],
  [0.6, -0.8, 0, 0],
  [0, 0, 0.5, -0.5],
].map((values) => Float32Array.from(values));

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Reads everything of a segment, as searches, upgrades and readers of texts do. */
async function readAll(bytes: Uint8Array): Promise<void> {
  const source = new StoredSegments();
  source.blobs.set('segment', bytes);
  await cacheOf().load('segment', source, signal);
  await readChunksOf(inPieces(bytes, 1000), signal);
}

describe('a segment', () => {
  const chunk = fc
    .record({ text: fc.string({ unit: 'binary', maxLength: 40 }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
    .map(({ text, share }) => ({ text, repeated: Math.floor(text.length * share) }));
  const dimensions = fc.integer({ min: 1, max: 40 });
  const parts = fc.tuple(fc.array(chunk, { minLength: 1, maxLength: 20 }), fc.option(dimensions), fc.integer());

  it('gives back what it was made of', async () => {
    await fc.assert(
      fc.asyncProperty(parts, fc.integer({ min: 1, max: 2000 }), async ([chunks, length, seed], piece) => {
        const words = await buildLexicalIndex(
          chunks.map(({ text }) => text),
          turns,
        );
        const vectors = length
          ? chunks.map((_, row) => Float32Array.from({ length }, (__, at) => Math.sin(seed + row * length + at)))
          : null;
        const segment = await writeSegment(
          { chunks, words, vectors: vectors && { embedding: 'm@1', ...(await quantiseVectors(vectors, turns)) } },
          turns,
        );
        expect(segment).toMatchObject({ chunks: chunks.length, embedding: vectors ? 'm@1' : null });
        const bytes = await bytesOf(segment.content);
        expect(bytes).toHaveLength(segment.bytes);
        expect(await readChunksOf(inPieces(bytes, piece), signal)).toEqual({ chunks, words });
        let text = '';
        for await (const part of readText(inPieces(bytes, piece))) text += part;
        expect(text).toBe(chunks.map((each) => each.text.slice(each.repeated)).join(''));
      }),
      { numRuns: 60 },
    );
  });

  it('has its values to 16 bits', async () => {
    const source = new StoredSegments();
    await source.add('segment', TEXTS, VECTORS);
    const cache = cacheOf();
    const segment = await cache.load('segment', source, signal);
    const { start, layout } = segment!;
    for (const [row, vector] of VECTORS.entries()) {
      const scale = cache.arena.floats[(start + layout.scales) / 4 + row]!;
      for (const [at, value] of vector.entries()) {
        const place = start + row * layout.stride + at;
        const high = cache.arena.signed[place + layout.high]!;
        const low = cache.arena.signed[place + layout.low]!;
        expect((high * 256 + low) * scale).toBeCloseTo(value, 4);
      }
    }
  });

  it('says of every damaged byte that it is damaged', async () => {
    const bytes = await segmentOf(TEXTS, VECTORS);
    await readAll(bytes);
    const { layout } = parseHeader(bytes);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 0x10;
      await expect(readAll(damaged), `byte ${at} of ${JSON.stringify(layout)}`).rejects.toThrow(SegmentError);
    }
  });

  it('says of every part of it that it is cut off', async () => {
    const bytes = await segmentOf(TEXTS, VECTORS);
    for (let length = 0; length < bytes.length; length += 7)
      await expect(readAll(bytes.slice(0, length)), `${length} bytes`).rejects.toThrow('cut off');
  });

  it('says what is none', async () => {
    await expect(readAll(Buffer.alloc(10_000, 'text '))).rejects.toThrow('This is no segment.');
  });

  it('says which version it does not know', async () => {
    const bytes = await segmentOf(TEXTS);
    bytes[4] = 9;
    await expect(readAll(bytes)).rejects.toThrow('The segment has version 9, not 1.');
  });

  it('takes no memory for what its header promises', async () => {
    const bytes = await segmentOf(TEXTS, VECTORS);
    const { counts, checksums } = parseHeader(bytes);
    // A header that is whole and promises a billion bytes.
    encodeHeader(bytes, { counts: { ...counts, postings: 2 ** 28 }, checksums, embedding: EMBEDDING });
    const before = process.memoryUsage().arrayBuffers;
    await expect(readChunksOf(inPieces(bytes, HEADER_BYTES), signal)).rejects.toThrow('cut off');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });
});

describe('vectors', () => {
  it('are of one length', async () => {
    const vectors = [new Float32Array(4), new Float32Array(5)];
    await expect(quantiseVectors(vectors, turns)).rejects.toThrow('not of one length');
  });

  it('are numbers', async () => {
    await expect(quantiseVectors([Float32Array.of(1, Number.NaN)], turns)).rejects.toThrow('no number');
  });

  it('may be all zero', async () => {
    const { high, low } = await quantiseVectors([new Float32Array(3)], turns);
    expect([...high, ...low]).toEqual(Array.from({ length: 32 }, () => 0));
  });
});
