import { detect } from 'chardet';
import { FileFailure } from './file-failure.ts';

/** How much of a file is looked at where something has to be guessed. In bytes, or UTF-16 units. */
const SAMPLE = 64 * 1024;
/** Control characters that texts do not have. */
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/g;
/** More of them make it something else: logs have some, where a line was cut off or a bell rings. */
const MAX_CONTROLS = 1 / 200;
/** In an encoding that had to be guessed nearly every byte is some letter, so that these are all that tells. */
const MAX_CONTROLS_IF_GUESSED = 1 / 5000;

type Decoder = InstanceType<typeof TextDecoder>;

/**
 * The text of a file in whatever encoding it has: that of its byte order mark, UTF-8 where it is valid, UTF-16, what it says itself,
 * else the likeliest.
 *
 * @param declared - The encoding that the file says it has, if it says one.
 * @throws `FileFailure` when it is no text.
 */
export function decodeText(bytes: Uint8Array, declared?: string): string {
  const known = decodeKnown(bytes);
  const text = known ?? guessDecoder(bytes, declared).decode(bytes);
  const sample = text.slice(0, SAMPLE);
  const controls = sample.match(CONTROLS)?.length ?? 0;
  const most = known === null ? MAX_CONTROLS_IF_GUESSED : MAX_CONTROLS;
  if (controls > sample.length * most) throw new FileFailure('unsupported');
  return text;
}

/** `null`: its encoding has to be guessed. */
function decodeKnown(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const utf16 = findUtf16(bytes);
  if (utf16 !== null) return new TextDecoder(utf16).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** UTF-16 has a zero in every other byte, but where its letters are other than Latin. */
function findUtf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const units = Math.min(bytes.length, SAMPLE) >> 1;
  let even = 0;
  let odd = 0;
  for (let unit = 0; unit < units; unit++) {
    if (bytes[unit * 2] === 0) even++;
    if (bytes[unit * 2 + 1] === 0) odd++;
  }
  if (odd > units * 0.4 && even < units * 0.02) return 'utf-16le';
  if (even > units * 0.4 && odd < units * 0.02) return 'utf-16be';
  return null;
}

function guessDecoder(bytes: Uint8Array, declared: string | undefined): Decoder {
  // What comes before the first letter that is not ASCII tells nothing.
  const start = Math.max(0, bytes.findIndex((byte) => byte >= 0x80) - 1024);
  const guess = detect(bytes.subarray(start, start + SAMPLE)) ?? undefined;
  return decoderOf(declared) ?? decoderOf(guess) ?? new TextDecoder('windows-1252');
}

/** `null`: there is no such encoding, or not here. */
function decoderOf(encoding: string | undefined): Decoder | null {
  if (encoding === undefined) return null;
  try {
    return new TextDecoder(encoding);
  } catch {
    return null;
  }
}
