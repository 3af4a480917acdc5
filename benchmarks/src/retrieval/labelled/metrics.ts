/**
 * The share of the relevant documents that are among the first `k`, 0 to 1.
 *
 * @param ranked - Ids, best first; one that comes again counts at its first place only.
 * @param relevant - At least one.
 */
export function recallAt(k: number, ranked: readonly string[], relevant: readonly string[]): number {
  const first = new Set(firstPlaces(ranked).slice(0, k));
  return relevant.filter((id) => first.has(id)).length / relevant.length;
}

/**
 * Normalised discounted cumulative gain of the first `k`, 0 to 1: a relevant document counts for less the later it comes, and 1
 * is reached when all come before all others.
 *
 * @param ranked - Ids, best first; one that comes again counts at its first place only.
 * @param relevant - At least one, all equally so.
 */
export function ndcgAt(k: number, ranked: readonly string[], relevant: readonly string[]): number {
  const wanted = new Set(relevant);
  let gain = 0;
  for (const [place, id] of firstPlaces(ranked).slice(0, k).entries()) if (wanted.has(id)) gain += worth(place);
  let best = 0;
  for (let place = 0; place < Math.min(k, wanted.size); place++) best += worth(place);
  return gain / best;
}

/** Documents in the order in which a chunk of them was first found. */
function firstPlaces(ranked: readonly string[]): string[] {
  return [...new Set(ranked)];
}

function worth(place: number): number {
  return 1 / Math.log2(place + 2);
}
