/** Counts the tokens of a text. */
export type TokenCounter = (text: string) => number;

/** Characters counted at a time: an unbroken run of letters costs the square of its length. */
const PIECE = 500;

/** Texts may name special tokens; they are then ordinary text. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

let counter: Promise<TokenCounter> | null = null;

/**
 * The tokens of GPT-4o and later (`o200k_base`), near enough for other models: a budget, not a bill. Some per thousand
 * too many, for words that are cut. The vocabulary (2 MB) is loaded when it is first needed.
 */
export function loadTokenCounter(): Promise<TokenCounter> {
  counter ??= import('gpt-tokenizer/encoding/o200k_base').then(({ countTokens }) => (text) => {
    let tokens = 0;
    for (let start = 0; start < text.length; start += PIECE) {
      tokens += countTokens(text.slice(start, start + PIECE), AS_TEXT);
    }
    return tokens;
  });
  return counter;
}
