interface Extent {
  start: number;
  end: number;
}

/** Which parts of a memory are free. */
export class Extents {
  /** Ascending; between two of them something is taken. */
  readonly #free: Extent[] = [];

  /** Takes so many bytes where they fit first. @returns Where they begin; `null`: nowhere. */
  take(bytes: number): number | null {
    const index = this.#free.findIndex(({ start, end }) => end - start >= bytes);
    const extent = this.#free[index];
    if (!extent) return null;
    const { start } = extent;
    extent.start += bytes;
    if (extent.start === extent.end) this.#free.splice(index, 1);
    return start;
  }

  /** Makes bytes free, which were not. */
  give(start: number, bytes: number): void {
    const end = start + bytes;
    const index = this.#firstAfter(start);
    const before = this.#free[index - 1];
    const after = this.#free[index];
    const joinsBefore = before?.end === start;
    const joinsAfter = after?.start === end;
    if (joinsBefore && joinsAfter) {
      before.end = after.end;
      this.#free.splice(index, 1);
    } else if (joinsBefore) before.end = end;
    else if (joinsAfter) after.start = start;
    else this.#free.splice(index, 0, { start, end });
  }

  /** How many bytes are free right before `end`. */
  freeBefore(end: number): number {
    const last = this.#free.at(-1);
    return last?.end === end ? last.end - last.start : 0;
  }

  #firstAfter(start: number): number {
    let low = 0;
    let high = this.#free.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#free[middle] as Extent).start < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
