import type { SearchAnswer } from './search-answer.ts';
import { FIRST_SEARCH } from './search-answer.ts';

/** What the model of a run was given to cite. */
export class Citations {
  readonly #files = new Map<number, readonly string[]>();
  #next = FIRST_SEARCH;

  /** Whether there is anything that can be cited. */
  get isEmpty(): boolean {
    return this.#files.size === 0;
  }

  /** The number of the run's next search. */
  takeNumber(): number {
    return this.#next++;
  }

  add(answer: SearchAnswer): void {
    if ('error' in answer) return;
    this.#files.set(
      answer.number,
      answer.chunks.map(({ fileId }) => fileId),
    );
    this.#next = Math.max(this.#next, answer.number + 1);
  }

  /** The file of a chunk by the numbers of its marker, or `null`. */
  findFile(search: number, chunk: number): string | null {
    return this.#files.get(search)?.[chunk] ?? null;
  }
}
