import type { EventBatch, LoggedEvent } from '../contract/event-log.ts';
import type { StreamHead } from './event-subscriptions.ts';
import { toLogged } from './to-logged.ts';

/** Most batches in one statement, and most text, in UTF-16 units; a batch that is larger goes alone. */
const MAX_BATCHES = 500;
const MAX_SIZE = 8 * 2 ** 20;

/** Writes batches; how far each brought its stream, `null` for one that was refused. */
export type WriteBatches = (batches: readonly EventBatch[]) => Promise<readonly (StreamHead | null)[]>;

/** Told of what was written, and of which generation of the stream it is. */
export type OnWritten = (batch: EventBatch, generation: string, events: readonly LoggedEvent[]) => void;

interface Pending {
  readonly batch: EventBatch;
  readonly resolve: (lastSeq: number | null) => void;
  readonly reject: (error: unknown) => void;
}

export interface AppendQueueOptions {
  readonly write: WriteBatches;
  /** Called in order, before the append is answered. */
  readonly onWritten: OnWritten;
  /**
   * Whether an error of `write` tells that nothing was written because of one of the batches: they are then written one by one.
   * Default never.
   */
  readonly isRefusal?: (error: unknown) => boolean;
}

/**
 * Appends of one process. One statement is under way at a time; what arrives meanwhile goes with the next. So a slow database
 * gets larger statements rather than more, and batches keep their order.
 */
export class AppendQueue {
  readonly #options: AppendQueueOptions;
  #pending: Pending[] = [];
  #isWriting = false;

  constructor(options: AppendQueueOptions) {
    this.#options = options;
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
      // Streams in one order, so that two processes never wait for each other; a stream's batches keep theirs.
      const round = this.#nextRound().toSorted((a, b) => compare(nameOf(a.batch), nameOf(b.batch)));
      try {
        await this.#write(round);
      } catch (error) {
        if (round.length > 1 && this.#isRefusal(error)) await this.#writeApart(round);
        else for (const { reject } of round) reject(error);
      }
    }
    this.#isWriting = false;
  }

  /** The oldest batches that fit into one statement. */
  #nextRound(): Pending[] {
    let size = 0;
    const tooMany = this.#pending.findIndex(({ batch }, index) => {
      size += sizeOf(batch);
      return index === MAX_BATCHES || (index > 0 && size > MAX_SIZE);
    });
    return this.#pending.splice(0, tooMany === -1 ? this.#pending.length : tooMany);
  }

  /** Writes batches and answers them. */
  async #write(round: readonly Pending[]): Promise<void> {
    const heads = await this.#options.write(round.map(({ batch }) => batch));
    for (const [index, { batch, resolve }] of round.entries()) {
      const head = heads[index];
      if (head) this.#options.onWritten(batch, head.generation, toLogged(batch, head.lastSeq));
      resolve(head?.lastSeq ?? null);
    }
  }

  /** The same one by one, until there is an error that is about more than one batch. */
  async #writeApart(round: readonly Pending[]): Promise<void> {
    for (const [index, pending] of round.entries()) {
      try {
        await this.#write([pending]);
      } catch (error) {
        if (!this.#isRefusal(error)) return round.slice(index).forEach(({ reject }) => reject(error));
        pending.reject(error);
      }
    }
  }

  #isRefusal(error: unknown): boolean {
    return this.#options.isRefusal?.(error) ?? false;
  }
}

function nameOf({ stream }: EventBatch): string {
  return `${stream.partition}/${stream.id}`;
}

function sizeOf({ events }: EventBatch): number {
  return events.reduce((size, { event, data }) => size + event.length + data.length, 0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
