import { createHash } from 'node:crypto';

/** Largest file, in bytes: several chunks on every store. */
const MAX_FILE_BYTES = 700_000;
const MAX_TEXT_LENGTH = 3_000;

/** The text of a message that begins with this name, so that whoever finds it can tell whether it is whole. */
export function textOf(name: string): string {
  return `${name} ${expand(name, MAX_TEXT_LENGTH / 2).toString('hex')}`;
}

/** The content of a file of this name. */
export function bytesOf(name: string): Buffer {
  return expand(name, MAX_FILE_BYTES);
}

/** As many bytes as the name says, up to a limit, and at least one. */
function expand(name: string, limit: number): Buffer {
  const share = createHash('sha256').update(name).digest().readUInt16BE() / 2 ** 16;
  const outputLength = 1 + Math.floor(share * limit);
  return createHash('shake256', { outputLength }).update(name).digest();
}
