/** How long after a save that failed it is repeated, in ms: twice as long each time, up to the longest. */
const PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;
/** Failures, some ten hours of them, after which a thread waits for its next change. */
const MAX_FAILURES = 600;

/** A thread that is not in the store as it is in memory. */
interface UnsavedThread {
  /** The save that has not begun yet, which a later one may share. */
  next: Promise<void> | null;
  last: Promise<void>;
  /** In a row. */
  failures: number;
  repeat: NodeJS.Timeout | undefined;
}

/** Saves threads, each one time after the other, and again when that fails. */
export class ThreadSaves {
  readonly #write: (id: string) => Promise<void>;
  readonly #unsaved = new Map<string, UnsavedThread>();
  #finished = 0;
  #isClosed = false;

  /** @param write - Brings the store in line with a thread as it is then. */
  constructor(write: (id: string) => Promise<void>) {
    this.#write = write;
  }

  /** How many saves have come to an end, well or not. */
  get finished(): number {
    return this.#finished;
  }

  isUnsaved(id: string): boolean {
    return this.#unsaved.has(id);
  }

  /** Whether the last save that was tried has failed. */
  hasFailed(id: string): boolean {
    return (this.#unsaved.get(id)?.failures ?? 0) > 0;
  }

  /** Rejects when it fails; all the same it is repeated. */
  save(id: string): Promise<void> {
    const thread = this.#unsaved.get(id) ?? { next: null, last: Promise.resolve(), failures: 0, repeat: undefined };
    this.#unsaved.set(id, thread);
    thread.next ??= thread.last.then(() => {
      thread.next = null;
      const saving = this.#save(id, thread);
      thread.last = saving.catch(() => {});
      return saving;
    });
    return thread.next;
  }

  /** Tries once more what is not saved, and no more after that. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled([...this.#unsaved.keys()].map((id) => this.save(id)));
  }

  async #save(id: string, thread: UnsavedThread): Promise<void> {
    clearTimeout(thread.repeat);
    try {
      await this.#write(id);
      thread.failures = 0;
      if (!thread.next) this.#unsaved.delete(id);
    } catch (error) {
      thread.failures++;
      this.#repeatLater(id, thread);
      throw error;
    } finally {
      this.#finished++;
    }
  }

  #repeatLater(id: string, thread: UnsavedThread): void {
    if (this.#isClosed || thread.failures > MAX_FAILURES) return;
    const pauseMs = Math.min(PAUSE_MS * 2 ** (thread.failures - 1), LONGEST_PAUSE_MS);
    thread.repeat = setTimeout(() => void this.save(id).catch(() => {}), pauseMs).unref();
  }
}
