import { crc32 } from 'node:zlib';
import type { Chunk } from '../ingest/chunk.ts';
import type { LexicalIndex } from '../search/lexical-index.ts';
import { ByteReader } from '../byte-reader.ts';
import { SegmentError } from './segment-error.ts';
import { HEADER_BYTES, parseHeader, type SegmentHeader, TABLE_ENTRY_BYTES } from './segment-layout.ts';

/** A segment without its vectors. */
export interface StoredChunks {
  readonly chunks: Chunk[];
  readonly words: LexicalIndex;
}

/**
 * Reads what a segment has but for its vectors.
 *
 * @throws {@link SegmentError} when it is damaged; what `content` throws; the signal's reason.
 */
export async function readChunksOf(content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<StoredChunks> {
  const reader = new ByteReader(content, signal);
  try {
    const { header, head } = await readHead(reader);
    const { counts, layout } = header;
    const arrayAt = (at: number, length: number): Uint32Array =>
      new Uint32Array(head.buffer, at - HEADER_BYTES, length);
    const chunks: Chunk[] = [];
    for await (const chunk of readTexts(reader, header, head)) chunks.push(chunk);
    return {
      chunks,
      words: {
        lengths: arrayAt(layout.lengths, counts.chunks),
        hashes: arrayAt(layout.hashes, counts.terms),
        starts: arrayAt(layout.starts, counts.terms + 1),
        postings: arrayAt(layout.postings, counts.postings),
      },
    };
  } finally {
    reader.close();
  }
}

/**
 * The text that a segment was made of, in parts, nothing twice.
 *
 * @throws {@link SegmentError} when it is damaged; what `content` throws.
 */
export async function* readText(content: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  const reader = new ByteReader(content);
  try {
    const { header, head } = await readHead(reader);
    for await (const { text, repeated } of readTexts(reader, header, head)) {
      if (repeated < text.length) yield text.slice(repeated);
    }
  } finally {
    reader.close();
  }
}

/** The header, and what lies between it and the vectors. */
async function readHead(reader: ByteReader): Promise<{ header: SegmentHeader; head: Uint8Array<ArrayBuffer> }> {
  const header = parseHeader(await reader.read(HEADER_BYTES));
  const head = await reader.read(header.layout.scales - HEADER_BYTES);
  if (crc32(head) !== header.checksums.words) throw new SegmentError('The segment is damaged.');
  return { header, head };
}

/** @param reader - Has read the head. */
async function* readTexts(
  reader: ByteReader,
  { counts, layout, checksums }: SegmentHeader,
  head: Uint8Array<ArrayBuffer>,
): AsyncGenerator<Chunk, void, void> {
  for await (const _ of reader.parts(layout.texts - layout.scales));
  const table = new Uint32Array(head.buffer, 0, ((counts.chunks + 1) * TABLE_ENTRY_BYTES) / 4);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let sum = 0;
  for (let chunk = 0; chunk < counts.chunks; chunk++) {
    const [start, repeated, end] = table.subarray(chunk * 2) as unknown as [number, number, number];
    const bytes = await reader.read(end - start);
    sum = crc32(bytes, sum);
    yield { text: decoder.decode(bytes), repeated };
  }
  if (sum !== checksums.texts) throw new SegmentError('The text of the segment is damaged.');
}
