import { FileFailure } from './file-failure.ts';

/** A text in units that are not cut. */
export interface TextUnits {
  readonly count: number;
  /** Where each begins, in UTF-16 units. */
  readonly starts: Uint32Array;
  /** How many tokens it has. */
  readonly tokens: Uint16Array;
}

/**
 * Words, with the spaces before them and the ends of lines behind them, which is where the tokenizer cuts, too. Chinese and Japanese
 * has no spaces, but ends of sentences and of their parts.
 */
const WORDS = /[^\S\n]*(?:[^\s、。！，：；？]+[、。！，：；？]*|[、。！，：；？]+)(?:\s*\n)?|\s+/g;
/** Longest unit, in UTF-16 units: counting the tokens of an unbroken run takes the square of its length. */
const MAX_UNIT_LENGTH = 200;
/** Most bytes of a UTF-16 unit, which are also its most tokens. */
const MAX_UNIT_BYTES = 3;
/** Words whose tokens are remembered, and how long they may be. */
const MAX_REMEMBERED = 100_000;
const MAX_REMEMBERED_LENGTH = 32;
const AS_TEXT = { disallowedSpecial: new Set<string>() };
/** What belongs to the character before it: accents, variants, joiners. */
const CONTINUES = /^[\p{M}\p{Emoji_Modifier}\u200d]/u;
/** How far back from where it is too long a unit is cut at the end of a character. */
const MAX_CHARACTER_LENGTH = 16;

/**
 * Counts the tokens of a text, unit by unit, each once. A unit has at most `maxUnitTokens`; a run of units at most the sum of theirs.
 *
 * @throws `FileFailure` when the text has more than `maxTextTokens`.
 */
export async function measureText(
  text: string,
  { maxUnitTokens, maxTextTokens }: { maxUnitTokens: number; maxTextTokens: number },
): Promise<TextUnits> {
  const countTokens = await loadCounter();
  const maxLength = Math.max(2, Math.min(MAX_UNIT_LENGTH, Math.floor((maxUnitTokens - 1) / MAX_UNIT_BYTES)));
  let starts = new Uint32Array(1024);
  let tokens = new Uint16Array(1024);
  let count = 0;
  let total = 0;

  function add(start: number, size: number): void {
    total += size;
    if (total > maxTextTokens) throw new FileFailure('tooLarge');
    if (count === starts.length) {
      starts = grown(starts, new Uint32Array(count * 2));
      tokens = grown(tokens, new Uint16Array(count * 2));
    }
    starts[count] = start;
    tokens[count] = size;
    count++;
  }

  for (const { 0: word, index } of text.matchAll(WORDS)) {
    let start = 0;
    while (word.length - start > maxLength) {
      const end = cutAt(word, start, start + maxLength);
      // The parts of a word can have fewer tokens than the word.
      add(index + start, countTokens(word.slice(start, end)) + 1);
      start = end;
    }
    add(index + start, countTokens(start === 0 ? word : word.slice(start)));
  }
  return { count, starts, tokens };
}

async function loadCounter(): Promise<(text: string) => number> {
  const { countTokens, setMergeCacheSize } = await import('gpt-tokenizer/encoding/o200k_base');
  setMergeCacheSize(0);
  const remembered = new Map<string, number>();
  return (text) => {
    const known = remembered.get(text);
    if (known !== undefined) return known;
    const count = countTokens(text, AS_TEXT);
    if (text.length <= MAX_REMEMBERED_LENGTH && remembered.size < MAX_REMEMBERED) remembered.set(text, count);
    return count;
  };
}

function grown<Numbers extends Uint32Array | Uint16Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}

/** Where a word is cut that is too long: at `most`, or a little before it where a character would be cut. */
function cutAt(word: string, start: number, most: number): number {
  for (let end = most; end > Math.max(start + 1, most - MAX_CHARACTER_LENGTH); end--) {
    if (!isWithinCharacter(word, end)) return end;
  }
  return isLowSurrogate(word.charCodeAt(most)) ? most - 1 : most;
}

function isWithinCharacter(word: string, at: number): boolean {
  if (isLowSurrogate(word.charCodeAt(at))) return true;
  const next = String.fromCodePoint(word.codePointAt(at) as number);
  return word[at - 1] === '\u200d' || CONTINUES.test(next);
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
