import { crc32 } from 'node:zlib';
import type { Turns } from '../search/turns.ts';

/** What is added up at a time, in bytes. */
const STEP_BYTES = 2 ** 20;

/**
 * CRC-32 of so many bytes.
 *
 * @param bytesOf - The bytes between two positions, asked for again after every wait, since memory may have moved.
 */
export async function checksumOf(
  length: number,
  bytesOf: (start: number, end: number) => Uint8Array,
  turns: Turns,
): Promise<number> {
  let sum = 0;
  for (let start = 0; start < length; start += STEP_BYTES) {
    if (turns.isOver()) await turns.next();
    sum = crc32(bytesOf(start, Math.min(length, start + STEP_BYTES)), sum);
  }
  return sum;
}
