import type { Chunk } from '../chunk.ts';
import { measureText, type TextUnits } from './measure-text.ts';

/** How much of a chunk is looked through for a good place to end it, from its end. */
const END_SHARE = 1 / 4;

export interface CutOptions {
  /** Most tokens of a chunk, at least 10. */
  readonly maxTokens: number;
  /** Most tokens that a chunk repeats of the one before, at most half. */
  readonly overlapTokens: number;
  /** Most tokens of the text. */
  readonly maxTextTokens: number;
}

/**
 * Cuts a text into chunks: at the end of a paragraph, else of a line, of a sentence, of a word. Tokens are those of `o200k_base`.
 *
 * The chunks without what they repeat are the text.
 *
 * @throws `FileFailure` for a text that is too long.
 */
export async function* cutText(
  text: string,
  { maxTokens, overlapTokens, maxTextTokens }: CutOptions,
): AsyncGenerator<Chunk, void, void> {
  // Every token has a byte at least, and the tokens take longer to load than a short text takes otherwise.
  if (Buffer.byteLength(text) <= Math.min(maxTokens, maxTextTokens)) {
    yield { text, repeated: 0 };
    return;
  }
  const units = await measureText(text, { maxUnitTokens: maxTokens, maxTextTokens });
  const { starts, tokens, count } = units;
  const startOf = (unit: number): number => (unit < count ? (starts[unit] as number) : text.length);
  let first = 0;
  let told = 0;
  while (told < count) {
    let end = first;
    for (let size = 0; end < count; end++) {
      size += tokens[end] as number;
      if (size > maxTokens) break;
    }
    if (end < count) end = bestEnd(text, units, { least: told + 1, most: end, maxTokens: maxTokens * END_SHARE });
    yield { text: text.slice(startOf(first), startOf(end)), repeated: startOf(told) - startOf(first) };
    told = end;
    // With what is repeated there has to be room for something new.
    let room = Math.min(overlapTokens, maxTokens - (tokens[end] ?? 0));
    for (first = end; first > 0; first--) {
      room -= tokens[first - 1] as number;
      if (room < 0) break;
    }
  }
}

/** The last of the best places to end a chunk: before a unit from `least` to `most`, and not more than `maxTokens` before the last. */
function bestEnd(
  text: string,
  { starts, tokens }: TextUnits,
  { least, most, maxTokens }: { least: number; most: number; maxTokens: number },
): number {
  let best = most;
  let bestRank = 0;
  let left = 0;
  for (let end = most; end >= least && left <= maxTokens; end--) {
    const rank = rankEnd(text, starts[end] as number);
    if (rank > bestRank) {
      best = end;
      bestRank = rank;
    }
    left += tokens[end - 1] as number;
  }
  return best;
}

/** How good it is to cut a text at a place: 3 after a paragraph, 2 after a line, 1 after a sentence, else 0. */
function rankEnd(text: string, at: number): number {
  const before = text.slice(Math.max(0, at - 4), at);
  if (/\n\s*\n$/.test(before)) return 3;
  if (before.endsWith('\n')) return 2;
  return /[.!?…。！？]["'”’»)\]]?$/.test(before) ? 1 : 0;
}
