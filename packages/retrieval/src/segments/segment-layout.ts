import { crc32 } from 'node:zlib';
import { SegmentError } from './segment-error.ts';

/*
 * A segment is one blob; all numbers are little-endian. What a search needs comes first, so that it is one range:
 *
 *   header        see `encodeHeader`
 *   chunk table   u32 where the text begins, u32 `repeated`; one entry more than chunks, for the end of the last text
 *   lengths       u32 terms of each chunk
 *   hashes        u32 of each term, ascending
 *   starts        u32 first posting of each term; one more, for the end of the last
 *   postings      u32 chunk << 8 | frequency, ascending
 *   scales        f32 of each chunk's vector
 *   high, low     i8 rows of each chunk's vector, see `QuantisedVectors`
 *   texts         UTF-8
 */

/** Where the chunk table begins, whatever the segment has. */
export const HEADER_BYTES = 304;
/** Size of an entry of the chunk table, in bytes. */
export const TABLE_ENTRY_BYTES = 8;
/** A chunk's number has 24 bits in a posting. */
export const MAX_CHUNKS = 2 ** 24;
export const MAX_DIMENSIONS = 16_384;
/** Longest name of an embedding, in bytes. */
export const MAX_NAME_BYTES = 256;

const MAGIC = 0x53_52_41_4f;
const VERSION = 1;
const NAME_AT = 48;
/** Sections begin at multiples of it, as SIMD likes them. */
const ALIGNMENT = 16;
const MAX_BYTES = 2 ** 32 - 1;

/** How much of each a segment has. */
export interface SegmentCounts {
  readonly chunks: number;
  readonly terms: number;
  readonly postings: number;
  /** Of the vectors; 0: it has none. */
  readonly dimensions: number;
  /** In bytes. */
  readonly textBytes: number;
}

/** CRC-32 of the parts of a segment. */
export interface SegmentChecksums {
  /** From the end of the header to the vectors. */
  readonly words: number;
  readonly vectors: number;
  readonly texts: number;
}

export interface SegmentHeader {
  readonly counts: SegmentCounts;
  readonly checksums: SegmentChecksums;
  /** What the vectors were made with; `null`: there are none. */
  readonly embedding: string | null;
  readonly layout: SegmentLayout;
}

/** Where the sections begin, in bytes from the beginning of the segment. */
export interface SegmentLayout {
  readonly lengths: number;
  readonly hashes: number;
  readonly starts: number;
  readonly postings: number;
  /** End of what a search by words needs. */
  readonly scales: number;
  /** Bytes of a row of `high` or `low`. */
  readonly stride: number;
  readonly high: number;
  readonly low: number;
  /** End of what a search needs. */
  readonly texts: number;
  /** Size of the segment. */
  readonly end: number;
}

/** Bytes of a row of so many values, a multiple of 16. */
export function strideOf(dimensions: number): number {
  return aligned(dimensions);
}

/** @throws {@link SegmentError} when it would be larger than 4 GiB. */
export function layoutOf({ chunks, terms, postings, dimensions, textBytes }: SegmentCounts): SegmentLayout {
  const stride = strideOf(dimensions);
  const lengths = aligned(HEADER_BYTES + (chunks + 1) * TABLE_ENTRY_BYTES);
  const hashes = aligned(lengths + chunks * 4);
  const starts = aligned(hashes + terms * 4);
  const postingsAt = aligned(starts + (terms + 1) * 4);
  const scales = aligned(postingsAt + postings * 4);
  const high = dimensions > 0 ? aligned(scales + chunks * 4) : scales;
  const low = high + chunks * stride;
  const texts = low + chunks * stride;
  const end = texts + textBytes;
  if (end > MAX_BYTES) throw new SegmentError('The segment is larger than 4 GiB.');
  return { lengths, hashes, starts, postings: postingsAt, scales, stride, high, low, texts, end };
}

/** Writes the header to the beginning of `bytes`. */
export function encodeHeader(bytes: Uint8Array, { counts, checksums, embedding }: Omit<SegmentHeader, 'layout'>): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const words = [
    MAGIC,
    VERSION,
    counts.chunks,
    counts.terms,
    counts.postings,
    counts.dimensions,
    counts.textBytes,
    checksums.words,
    checksums.vectors,
    checksums.texts,
  ];
  for (const [index, word] of words.entries()) view.setUint32(index * 4, word, true);
  bytes.set(new TextEncoder().encode(embedding ?? ''), NAME_AT);
  view.setUint32(NAME_AT - 4, headerChecksum(bytes), true);
}

/**
 * @param bytes - The first {@link HEADER_BYTES}.
 * @throws {@link SegmentError} when it is none, or damaged.
 */
export function parseHeader(bytes: Uint8Array): SegmentHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const word = (index: number): number => view.getUint32(index * 4, true);
  if (word(0) !== MAGIC) throw new SegmentError('This is no segment.');
  if (word(1) !== VERSION) throw new SegmentError(`The segment has version ${word(1)}, not ${VERSION}.`);
  if (word(NAME_AT / 4 - 1) !== headerChecksum(bytes)) throw new SegmentError('The header of the segment is damaged.');
  const counts = { chunks: word(2), terms: word(3), postings: word(4), dimensions: word(5), textBytes: word(6) };
  const name = new TextDecoder().decode(bytes.subarray(NAME_AT, HEADER_BYTES)).replace(/\0+$/, '');
  return {
    counts,
    checksums: { words: word(7), vectors: word(8), texts: word(9) },
    embedding: counts.dimensions > 0 ? name : null,
    layout: layoutOf(counts),
  };
}

function headerChecksum(bytes: Uint8Array): number {
  return crc32(bytes.subarray(NAME_AT, HEADER_BYTES), crc32(bytes.subarray(0, NAME_AT - 4)));
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
