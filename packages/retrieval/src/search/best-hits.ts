/** A chunk and how well it fits. */
export interface ScoredChunk {
  /** Position of its segment in the search. */
  readonly segment: number;
  readonly chunk: number;
  readonly score: number;
}

/** Best first; of equal ones the first in the order of segments and chunks. */
export function compareChunks(a: ScoredChunk, b: ScoredChunk): number {
  return b.score - a.score || a.segment - b.segment || a.chunk - b.chunk;
}

/** The best of the chunks that it is offered, whatever their order. */
export class BestHits {
  readonly #room: number;
  readonly #chunks: ScoredChunk[] = [];

  constructor(room: number) {
    this.#room = room;
  }

  /** What is worse than this is not kept. */
  get worst(): number {
    const last = this.#chunks[this.#room - 1];
    return last ? last.score : -Infinity;
  }

  /** Best first. */
  get chunks(): readonly ScoredChunk[] {
    return this.#chunks;
  }

  offer(chunk: ScoredChunk): void {
    const chunks = this.#chunks;
    let low = 0;
    let high = chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareChunks(chunks[middle] as ScoredChunk, chunk) < 0) low = middle + 1;
      else high = middle;
    }
    if (low >= this.#room) return;
    chunks.splice(low, 0, chunk);
    if (chunks.length > this.#room) chunks.pop();
  }
}
