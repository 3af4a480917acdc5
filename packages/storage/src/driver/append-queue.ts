import type { EventBatch, LoggedEvent } from '../contract/event-log.ts';
import type { StreamHead } from './event-subscriptions.ts';
import { toLogged } from './to-logged.ts';

/** Most batches in one statement. */
const MAX_BATCHES = 500;

/** Writes batches; how far each brought its stream, `null` for one that was refused. */
export type WriteBatches = (batches: readonly EventBatch[]) => Promise<readonly (StreamHead | null)[]>;

/** Told of what was written, and of which generation of the stream it is. */
export type OnWritten = (batch: EventBatch, generation: string, events: readonly LoggedEvent[]) => void;

interface Pending {
  readonly batch: EventBatch;
  readonly resolve: (lastSeq: number | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Appends of one process. One statement is under way at a time; what arrives meanwhile goes with the next. So a slow database
 * gets larger statements rather than more, and batches keep their order.
 */
export class AppendQueue {
  readonly #write: WriteBatches;
  readonly #onWritten: OnWritten;
  #pending: Pending[] = [];
  #isWriting = false;

  /** @param onWritten - Called in order, before the append is answered. */
  constructor(write: WriteBatches, onWritten: OnWritten) {
    this.#write = write;
    this.#onWritten = onWritten;
  }

  /** Resolves with what `write` says of the batch; rejects with what it throws. */
  append(batch: EventBatch): Promise<number | null> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ batch, resolve, reject });
      if (!this.#isWriting) void this.#pump();
    });
  }

  async #pump(): Promise<void> {
    this.#isWriting = true;
    while (this.#pending.length > 0) {
      const round = this.#pending.splice(0, MAX_BATCHES);
      // Streams in one order, so that two processes never wait for each other; a stream's batches keep theirs.
      const sorted = round.toSorted((a, b) => compare(nameOf(a.batch), nameOf(b.batch)));
      try {
        const results = await this.#write(sorted.map(({ batch }) => batch));
        for (const [index, { batch, resolve }] of sorted.entries()) {
          const head = results[index];
          if (head) this.#onWritten(batch, head.generation, toLogged(batch, head.lastSeq));
          resolve(head?.lastSeq ?? null);
        }
      } catch (error) {
        for (const { reject } of round) reject(error);
      }
    }
    this.#isWriting = false;
  }
}

function nameOf({ stream }: EventBatch): string {
  return `${stream.partition}/${stream.id}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
