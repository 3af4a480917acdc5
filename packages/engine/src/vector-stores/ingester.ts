import type { StoredRecord } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { takeWaiting } from './take-waiting.ts';
import { ingestEntry } from './ingest-entry.ts';

/** How many more than can be taken up are looked at: several processes that look at the same ones rarely meet. */
const CHOICE = 8;

/**
 * Makes files of vector stores searchable. The store is the queue: what waits is due there, and whoever claims it works on it.
 */
export class Ingester {
  readonly #context: EngineContext;
  readonly #concurrency: number;
  readonly #stopped = new AbortController();
  readonly #working = new Map<string, Promise<void>>();
  #filling: Promise<void> | null = null;
  #isNudged = false;
  #isStarted = false;

  /** @param options.concurrency - Most files worked on at a time; 0 leaves them to other processes. */
  constructor(context: EngineContext, { concurrency }: { concurrency: number }) {
    this.#context = context;
    this.#concurrency = concurrency;
  }

  start(): void {
    this.#isStarted = true;
    this.nudge();
  }

  /** Looks for files that wait, soon. */
  nudge(): void {
    if (!this.#isStarted || this.#stopped.signal.aborted || this.#concurrency === 0) return;
    this.#isNudged = true;
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = null;
      if (this.#isNudged) this.nudge();
    });
  }

  /** Leaves what is worked on to others; resolves when that is done. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#filling;
    await Promise.all(this.#working.values());
  }

  async #fill(): Promise<void> {
    while (this.#isNudged && !this.#stopped.signal.aborted) {
      this.#isNudged = false;
      const room = this.#concurrency - this.#working.size;
      if (room <= 0) return;
      try {
        const due = await this.#context.storage.due('vector_store_file', room * CHOICE + this.#working.size);
        const waiting = due.filter((record) => !this.#working.has(nameOf(record)));
        for (const record of someOf(waiting, room)) await this.#take(record);
        // One that others have claimed meanwhile is no reason to rest while more wait.
        if (waiting.length > room && this.#working.size < this.#concurrency) this.#isNudged = true;
      } catch (err) {
        this.#context.logger.warn({ err }, 'Files that wait to be made searchable could not be looked for.');
        return;
      }
    }
  }

  async #take(record: StoredRecord<'vector_store_file'>): Promise<void> {
    const held = await takeWaiting(this.#context, record);
    if (!held) return;
    const name = nameOf(record);
    const work = ingestEntry(this.#context, held, this.#stopped.signal)
      .catch((err: unknown) => {
        this.#context.logger.warn({ fileId: held.entry.id, err }, 'A file is left to others when its lease runs out.');
      })
      .finally(() => {
        this.#working.delete(name);
        this.nudge();
      });
    this.#working.set(name, work);
  }
}

function nameOf({ key }: StoredRecord): string {
  return [...key.path, key.id].join('/');
}

/** Some of the items, at random. */
function someOf<T>(items: readonly T[], count: number): T[] {
  const rest = [...items];
  const chosen: T[] = [];
  while (chosen.length < count && rest.length > 0) {
    chosen.push(...rest.splice(Math.floor(Math.random() * rest.length), 1));
  }
  return chosen;
}
