/** Entries ordered by id. Appending the greatest id and reading a page anywhere cost the same at any size. */
export class SortedCollection<Entry> {
  readonly #ids: string[] = [];
  readonly #entries: Entry[] = [];

  get size(): number {
    return this.#ids.length;
  }

  add(id: string, entry: Entry): void {
    const last = this.#ids.at(-1);
    if (last === undefined || last < id) {
      this.#ids.push(id);
      this.#entries.push(entry);
      return;
    }
    const position = this.lowerBound(id);
    this.#ids.splice(position, 0, id);
    this.#entries.splice(position, 0, entry);
  }

  remove(id: string): void {
    const position = this.lowerBound(id);
    if (this.#ids[position] !== id) return;
    this.#ids.splice(position, 1);
    this.#entries.splice(position, 1);
  }

  /** Entries from position `start` up to, but not including, `end`, ascending. */
  slice(start: number, end: number): Entry[] {
    return this.#entries.slice(start, end);
  }

  /** Position of the first id that is not smaller. */
  lowerBound(id: string): number {
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] as string) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Position of the first id that is greater. */
  upperBound(id: string): number {
    const position = this.lowerBound(id);
    return this.#ids[position] === id ? position + 1 : position;
  }
}
