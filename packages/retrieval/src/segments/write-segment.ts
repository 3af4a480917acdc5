import type { Segment } from '@cogitator-ai/openai-engine';
import { crc32 } from 'node:zlib';
import type { Chunk } from '../ingest/chunk.ts';
import type { LexicalIndex } from '../search/lexical-index.ts';
import type { Turns } from '../search/turns.ts';
import { checksumOf } from './checksum.ts';
import type { QuantisedVectors } from './quantise-vectors.ts';
import { SegmentError } from './segment-error.ts';
import {
  encodeHeader,
  HEADER_BYTES,
  layoutOf,
  MAX_CHUNKS,
  type SegmentCounts,
  type SegmentLayout,
  TABLE_ENTRY_BYTES,
} from './segment-layout.ts';

/** Size of the parts that content comes in, in bytes. */
const PART_BYTES = 2 ** 18;

/** What a segment is made of. */
export interface SegmentParts {
  /** At least one. */
  readonly chunks: readonly Chunk[];
  readonly words: LexicalIndex;
  /** One for each chunk; `null`: it is searched by words alone. */
  readonly vectors: (QuantisedVectors & { readonly embedding: string }) | null;
}

/** @throws {@link SegmentError} when it would be larger than a segment can be. */
export async function writeSegment({ chunks, words, vectors }: SegmentParts, turns: Turns): Promise<Segment> {
  if (chunks.length > MAX_CHUNKS) throw new SegmentError(`The file has more than ${MAX_CHUNKS} chunks.`);
  const texts = await encodeTexts(chunks, turns);
  const counts: SegmentCounts = {
    chunks: chunks.length,
    terms: words.hashes.length,
    postings: words.postings.length,
    dimensions: vectors?.dimensions ?? 0,
    textBytes: texts.bytes,
  };
  const layout = layoutOf(counts);
  const head = new Uint8Array(layout.texts);
  writeTable(head, { chunks, texts: texts.encoded, layout });
  for (const [at, array] of [
    [layout.lengths, words.lengths],
    [layout.hashes, words.hashes],
    [layout.starts, words.starts],
    [layout.postings, words.postings],
  ] as const) {
    new Uint32Array(head.buffer, at, array.length).set(array);
  }
  if (vectors) {
    new Float32Array(head.buffer, layout.scales, vectors.scales.length).set(vectors.scales);
    new Int8Array(head.buffer, layout.high, vectors.high.length).set(vectors.high);
    new Int8Array(head.buffer, layout.low, vectors.low.length).set(vectors.low);
  }
  const sumOf = (start: number, end: number): Promise<number> =>
    checksumOf(end - start, (from, to) => head.subarray(start + from, start + to), turns);
  encodeHeader(head, {
    counts,
    checksums: {
      words: await sumOf(HEADER_BYTES, layout.scales),
      vectors: await sumOf(layout.scales, layout.texts),
      texts: texts.sum,
    },
    embedding: vectors?.embedding ?? null,
  });
  return {
    content: contentOf(head, texts.encoded),
    bytes: layout.end,
    chunks: chunks.length,
    embedding: vectors?.embedding ?? null,
  };
}

async function encodeTexts(
  chunks: readonly Chunk[],
  turns: Turns,
): Promise<{ encoded: Uint8Array[]; bytes: number; sum: number }> {
  const encoder = new TextEncoder();
  const encoded: Uint8Array[] = [];
  let bytes = 0;
  let sum = 0;
  for (const { text } of chunks) {
    if (turns.isOver()) await turns.next();
    const part = encoder.encode(text);
    encoded.push(part);
    bytes += part.length;
    sum = crc32(part, sum);
  }
  return { encoded, bytes, sum };
}

function writeTable(
  head: Uint8Array<ArrayBuffer>,
  { chunks, texts, layout }: { chunks: readonly Chunk[]; texts: readonly Uint8Array[]; layout: SegmentLayout },
): void {
  const table = new Uint32Array(head.buffer, HEADER_BYTES, ((chunks.length + 1) * TABLE_ENTRY_BYTES) / 4);
  let at = layout.texts;
  for (const [index, { repeated }] of chunks.entries()) {
    table[index * 2] = at;
    table[index * 2 + 1] = repeated;
    at += (texts[index] as Uint8Array).length;
  }
  table[chunks.length * 2] = at;
}

async function* contentOf(head: Uint8Array, texts: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  for (let start = 0; start < head.length; start += PART_BYTES) yield head.subarray(start, start + PART_BYTES);
  for (const text of texts) if (text.length > 0) yield text;
}
