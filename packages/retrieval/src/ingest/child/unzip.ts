import { Unzip, UnzipInflate } from 'fflate';
import { tooLarge } from './file-failure.ts';

/** Most bytes that what is read of an archive may have in all. */
const MAX_BYTES = 64 * 2 ** 20;
/** How much of it is given to the reader at a time, so that it can stop. */
const STEP_BYTES = 16 * 1024;

/** The entries of an archive whose names are wanted, by their names, as text. Counted while they are inflated. */
export function unzip(bytes: Uint8Array, isWanted: (name: string) => boolean): Map<string, string> {
  const entries = new Map<string, string>();
  let total = 0;
  const unzipping = new Unzip((file) => {
    if (!isWanted(file.name)) return;
    const decoder = new TextDecoder();
    let text = '';
    file.ondata = (error, data, isLast) => {
      if (error) throw error;
      total += data.length;
      if (total > MAX_BYTES) throw tooLarge();
      text += decoder.decode(data, { stream: !isLast });
      if (isLast) entries.set(file.name, text);
    };
    file.start();
  });
  unzipping.register(UnzipInflate);
  for (let start = 0; start < bytes.length; start += STEP_BYTES) {
    const end = Math.min(start + STEP_BYTES, bytes.length);
    unzipping.push(bytes.subarray(start, end), end === bytes.length);
  }
  return entries;
}
