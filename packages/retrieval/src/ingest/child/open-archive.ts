import { unzipSync } from 'fflate';
import { decodeText } from './decode-text.ts';
import { FileFailure } from './file-failure.ts';

/** Most bytes that what is read of an archive may have in all. */
const MAX_BYTES = 64 * 2 ** 20;

/** The text of an entry; `null`: there is none of this name. */
export type ReadEntry = (name: string) => string | null;

/**
 * Inflates the entries of an archive whose names fit, never more of one than the archive says that it has.
 *
 * @throws `FileFailure` when they are too large.
 */
export function openArchive(bytes: Uint8Array, names: RegExp): ReadEntry {
  let total = 0;
  const entries = unzipSync(bytes, {
    filter({ name, size, originalSize }) {
      if (!names.test(name)) return false;
      total += Math.max(size, originalSize);
      if (total > MAX_BYTES) throw new FileFailure('tooLarge');
      return true;
    },
  });
  return (name) => {
    const entry = entries[name];
    return entry === undefined ? null : decodeText(entry);
  };
}
