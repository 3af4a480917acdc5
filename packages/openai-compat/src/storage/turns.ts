/** Has work on the same things done one after the other. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  async take<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
    const turn = Promise.allSettled(names.map((name) => Promise.resolve(this.#last.get(name)))).then(work);
    for (const name of names) this.#last.set(name, turn);
    try {
      return await turn;
    } finally {
      for (const name of names) if (this.#last.get(name) === turn) this.#last.delete(name);
    }
  }
}
