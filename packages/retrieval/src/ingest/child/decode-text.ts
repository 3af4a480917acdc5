import { detect } from 'chardet';
import { unsupported } from './file-failure.ts';

/** How much of a file is looked at where its encoding has to be guessed, in bytes. */
const SAMPLE_BYTES = 64 * 1024;
/** Control characters that no text has. More than one in so many units make it something else. */
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/g;
const MAX_CONTROLS = 1 / 200;

/**
 * The text of a file in whatever encoding it has: that of its byte order mark, UTF-8 if it is that, UTF-16, else the likeliest.
 *
 * @throws `FileFailure` when it is no text.
 */
export function decodeText(bytes: Uint8Array): string {
  const text = decode(bytes);
  const sample = text.slice(0, SAMPLE_BYTES);
  if ((sample.match(CONTROLS)?.length ?? 0) > sample.length * MAX_CONTROLS) throw unsupported();
  return text;
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const utf16 = guessUtf16(bytes);
  if (utf16) return new TextDecoder(utf16).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const encoding = detect(bytes.subarray(0, SAMPLE_BYTES));
    return decoderOf(encoding).decode(bytes);
  }
}

/** Text of mostly Latin letters has a zero in every other byte. */
function guessUtf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const length = Math.min(bytes.length, SAMPLE_BYTES) & ~1;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < length; i += 2) {
    if (bytes[i] === 0) even++;
    if (bytes[i + 1] === 0) odd++;
  }
  const half = length / 2;
  if (odd > half * 0.4 && even < half * 0.05) return 'utf-16le';
  if (even > half * 0.4 && odd < half * 0.05) return 'utf-16be';
  return null;
}

function decoderOf(encoding: string | null): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding ?? 'windows-1252');
  } catch {
    return new TextDecoder('windows-1252');
  }
}
