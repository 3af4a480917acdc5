/** Lets so many through at a time, first come, first served. */
export class Gate {
  readonly #waiting = new Set<() => void>();
  #room: number;

  constructor(room: number) {
    this.#room = room;
  }

  /** Waits for a place. @returns Gives it back. @throws the signal's reason. */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#room > 0) this.#room--;
    else await this.#turn(signal);
    return () => this.#leave();
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const abort = (): void => {
        this.#waiting.delete(enter);
        reject(signal.reason);
      };
      this.#waiting.add(enter);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** The place goes to the next who waits. */
  #leave(): void {
    const [next] = this.#waiting;
    if (!next) return void this.#room++;
    this.#waiting.delete(next);
    next();
  }
}
