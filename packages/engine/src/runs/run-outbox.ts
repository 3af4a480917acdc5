import type { Check, CommitResult, EventStreamKey, LogEvent, Storage, Write } from '@cogitator-ai/openai-storage';
import { EventsLostError } from './lost-events.ts';
import { assumeUntouched, isAboutMessage, keepClientChanges, type RunChanges } from './client-changes.ts';

/** Most events written at once. */
const MAX_BATCH = 512;
/** Events waiting from which a producer should pause. */
const CONGESTION = 4096;

interface PendingCommit extends RunChanges {
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The one line in which everything a run writes leaves: events and commits keep their order. One write is under way at a
 * time; what arrives meanwhile goes with the next, so that a slow store gets large writes rather than many.
 *
 * A write that fails stops it for good: whether it was applied is not known, so neither may it be written again nor what
 * came after it.
 */
export class RunOutbox {
  readonly #storage: Storage;
  readonly #stream: EventStreamKey;
  readonly #fence: number;
  readonly #onFailure: (error: unknown) => void;
  readonly #queue: (LogEvent | PendingCommit)[] = [];
  /** Whether writes are under way or about to begin in this tick. */
  #active = false;
  #failure: { error: unknown } | null = null;
  /** Number of the stream's last event, or `null` before the first write. */
  #lastSeq: number | null = null;

  /** @param onFailure - Called once, when a write has failed; nothing is written afterwards. */
  constructor(storage: Storage, stream: EventStreamKey, fence: number, onFailure: (error: unknown) => void) {
    this.#storage = storage;
    this.#stream = stream;
    this.#fence = fence;
    this.#onFailure = onFailure;
  }

  /** Whether so much is waiting that the producer should wait for {@link RunOutbox.settled}. */
  get congested(): boolean {
    return this.#queue.length > CONGESTION;
  }

  /** Writes an event soon. Events of one tick of the event loop go together. */
  emit(event: LogEvent): void {
    this.#queue.push(event);
    if (this.#active) return;
    this.#active = true;
    process.nextTick(() => {
      void this.#pump();
    });
  }

  /** Commits writes and events behind everything emitted before. */
  commit(writes: readonly Write[], events: readonly LogEvent[], checks: readonly Check[]): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ checks, writes, events, resolve, reject });
      if (this.#active) return;
      this.#active = true;
      void this.#pump();
    });
  }

  /** Resolves when everything emitted so far is written. @throws what stopped the outbox. */
  async settled(): Promise<void> {
    if (this.#active) await this.commit([], [], []);
    if (this.#failure) throw this.#failure.error;
  }

  async #pump(): Promise<void> {
    while (this.#queue.length > 0) {
      const end = this.#queue.findIndex((item, index) => index >= MAX_BATCH || 'writes' in item);
      const events = this.#queue.splice(0, end === -1 ? this.#queue.length : end) as LogEvent[];
      const next = this.#queue[0];
      const commit = next && 'writes' in next ? next : null;
      if (commit) this.#queue.shift();
      if (this.#failure) {
        commit?.reject(this.#failure.error);
        continue;
      }
      try {
        if (commit) commit.resolve(await this.#commit(commit, events));
        else await this.#append(events);
      } catch (error) {
        this.#fail(error);
        commit?.reject(error);
      }
    }
    this.#active = false;
  }

  async #commit(pending: PendingCommit, earlier: readonly LogEvent[]): Promise<CommitResult> {
    let result = await this.#tryCommit(assumeUntouched(pending), earlier);
    while (!result.ok && isAboutMessage(result.conflict)) {
      result = await this.#tryCommit(await keepClientChanges(this.#storage, pending), earlier);
    }
    if (result.ok) this.#follow(result.lastEvent ?? 0, earlier.length + pending.events.length);
    // The earlier events do not depend on the commit that they travelled with.
    else if (earlier.length > 0) await this.#append(earlier);
    return result;
  }

  #tryCommit({ checks, writes, events }: RunChanges, earlier: readonly LogEvent[]): Promise<CommitResult> {
    const batch = { stream: this.#stream, fence: this.#fence, events: [...earlier, ...events] };
    return this.#storage.commit({ checks, writes, events: batch });
  }

  async #append(events: readonly LogEvent[]): Promise<void> {
    const lastSeq = await this.#storage.events.append({ stream: this.#stream, fence: this.#fence, events });
    if (lastSeq === null) this.#fail(new ClaimLostError());
    else this.#follow(lastSeq, events.length);
  }

  /** A store that was restarted may have lost the stream, and begun it anew with what was written just now. */
  #follow(lastSeq: number, count: number): void {
    if (this.#lastSeq !== null && lastSeq < this.#lastSeq + count) {
      this.#fail(new EventsLostError());
    }
    this.#lastSeq = lastSeq;
  }

  #fail(error: unknown): void {
    if (this.#failure) return;
    this.#failure = { error };
    this.#onFailure(error);
  }
}

/** Somebody else has claimed the run, or it is gone: nothing more may be written for it. */
export class ClaimLostError extends Error {
  constructor() {
    super('The run was claimed by somebody else or deleted.');
    this.name = 'ClaimLostError';
  }
}
