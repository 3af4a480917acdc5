import type { Ranking } from '@cogitator-ai/openai-engine';
import type { ScoredChunk } from './best-hits.ts';

/** How much less the second place counts for than the first, and so on. */
const K = 60;

/** What a query has found, best first. */
export interface FoundLists {
  /** By meaning; scores are cosines. */
  readonly vectors: readonly ScoredChunk[];
  /** By words; scores 0 to 1. */
  readonly words: readonly ScoredChunk[];
}

/** Scores chunks by their places in two lists (reciprocal rank fusion): 1 for one that is first in both. */
export function fuseByRank({ vectors, words }: FoundLists, { embedding, text }: Ranking['weights']): ScoredChunk[] {
  const fused = new Map<string, ScoredChunk>();
  for (const [list, weight] of [
    [vectors, embedding / (embedding + text)],
    [words, text / (embedding + text)],
  ] as const) {
    for (const [place, { segment, chunk }] of list.entries()) {
      const name = `${segment}/${chunk}`;
      const score = (fused.get(name)?.score ?? 0) + (weight * (K + 1)) / (K + 1 + place);
      fused.set(name, { segment, chunk, score });
    }
  }
  return [...fused.values()];
}

/** Scores chunks by the list that they are in, which is one for each of them. */
export function joinByScore({ vectors, words }: FoundLists): ScoredChunk[] {
  return [...vectors, ...words].map((found) => ({ ...found, score: Math.min(1, Math.max(0, found.score)) }));
}
