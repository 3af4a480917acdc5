import { countTokens, setMergeCacheSize } from 'gpt-tokenizer/encoding/o200k_base';
import type { Chunk } from '../chunk.ts';
import { tooLarge } from './file-failure.ts';

/** Words with the space before them, the units that are never cut. */
const ATOM = /\s*\S+|\s+$/gu;
/** Longest unit, in UTF-16 units: counting an unbroken run costs the square of its length. */
const MAX_ATOM = 200;
/** Counts of words that are remembered. */
const MAX_REMEMBERED = 100_000;
const AS_TEXT = { disallowedSpecial: new Set<string>() };

export interface CutOptions {
  /** Most tokens of a chunk. */
  readonly maxTokens: number;
  /** Most tokens that a chunk repeats of the one before. */
  readonly overlapTokens: number;
  /** Most tokens of the text. */
  readonly maxTextTokens: number;
}

/** Units of a text: where each begins, and how many tokens it has. */
interface Atoms {
  readonly starts: number[];
  readonly tokens: number[];
}

/**
 * Cuts a text into chunks, where it can be at the end of a paragraph, a line or a sentence. Tokens are those of `o200k_base`.
 *
 * The chunks without what they repeat are the text.
 *
 * @throws `FileFailure` for a text that is too long.
 */
export function* cutText(text: string, { maxTokens, overlapTokens, maxTextTokens }: CutOptions): Generator<Chunk> {
  const { starts, tokens } = measure(text, maxTextTokens);
  const startOf = (atom: number): number => starts[atom] ?? text.length;
  let first = 0;
  let told = 0;
  while (told < starts.length) {
    let end = first;
    let size = 0;
    while (end < starts.length && (end === first || size + (tokens[end] as number) <= maxTokens)) {
      size += tokens[end] as number;
      end++;
    }
    if (end < starts.length)
      end = bestEnd(text, starts, Math.max(told + 1, first + Math.ceil(((end - first) * 2) / 3)), end);
    yield { text: text.slice(startOf(first), startOf(end)), repeated: startOf(told) - startOf(first) };
    told = end;
    first = end;
    for (let overlap = 0; first > 0; first--) {
      overlap += tokens[first - 1] as number;
      if (overlap > overlapTokens) break;
    }
  }
}

function measure(text: string, maxTextTokens: number): Atoms {
  setMergeCacheSize(1000);
  const atoms: Atoms = { starts: [], tokens: [] };
  const remembered = new Map<string, number>();
  let total = 0;
  const add = (start: number, atom: string): void => {
    let count = remembered.get(atom);
    if (count === undefined) {
      count = countTokens(atom, AS_TEXT);
      if (remembered.size < MAX_REMEMBERED) remembered.set(atom, count);
    }
    total += count;
    if (total > maxTextTokens) throw tooLarge();
    atoms.starts.push(start);
    atoms.tokens.push(count);
  };
  for (const { 0: word, index } of text.matchAll(ATOM)) {
    for (let start = 0; start < word.length;) {
      let end = Math.min(start + MAX_ATOM, word.length);
      if (end < word.length && isHighSurrogate(word.charCodeAt(end - 1))) end--;
      add(index + start, word.slice(start, end));
      start = end;
    }
  }
  return atoms;
}

/** The last good place to end a chunk from `least` to `most`; `most` where none is better than the others. */
function bestEnd(text: string, starts: readonly number[], least: number, most: number): number {
  for (const boundary of [/^\s*\n\s*\n/, /^\s*\n/]) {
    for (let end = most; end >= least; end--) {
      if (boundary.test(text.slice(starts[end] as number, (starts[end] as number) + 16))) return end;
    }
  }
  for (let end = most; end >= least; end--) {
    if (/[.!?。！？]["'”’)\]]?$/u.test(text.slice(Math.max(0, (starts[end] as number) - 3), starts[end]))) return end;
  }
  return most;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
