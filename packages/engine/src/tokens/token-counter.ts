import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Counts the tokens of a text.
 *
 * @param limit - Counting stops when there are more: the answer is then some number above.
 */
export type TokenCounter = (text: string, limit: number) => Promise<number>;

/** Characters counted at a time: an unbroken run of letters costs the square of its length. */
const PIECE = 500;
/** Pieces counted before others get their turn: some milliseconds. */
const PIECES_PER_TURN = 64;
/** Merges remembered. Looking them up costs more than it saves when there are many. */
const MERGE_CACHE_SIZE = 1000;

/** Texts may name special tokens; they are then ordinary text. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

let counter: Promise<TokenCounter> | null = null;

/**
 * The tokens of GPT-4o and later (`o200k_base`), near enough for other models: a budget, not a bill. Some per thousand
 * too many, for words that are cut. The vocabulary (2 MB) is loaded when it is first needed.
 */
export function loadTokenCounter(): Promise<TokenCounter> {
  counter ??= load();
  return counter;
}

async function load(): Promise<TokenCounter> {
  const { countTokens, setMergeCacheSize } = await import('gpt-tokenizer/encoding/o200k_base');
  setMergeCacheSize(MERGE_CACHE_SIZE);
  return async (text, limit) => {
    let tokens = 0;
    for (let start = 0; start < text.length && tokens <= limit; start += PIECE) {
      if (start > 0 && (start / PIECE) % PIECES_PER_TURN === 0) await nextTurn();
      tokens += countTokens(text.slice(start, start + PIECE), AS_TEXT);
    }
    return tokens;
  };
}
