import { isTerminalRunStatus, Json, type Run } from '@cogitator-ai/openai-protocol';
import type { EventStreamKey, Lease, LogEvent, StoredRecord, Write } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { runKey } from '../records/keys.ts';
import { untilSettled } from '../records/until-settled.ts';
import { parseRecord } from '../records/parse-record.ts';
import { writeRun } from './build-run.ts';
import { ClaimLostError, RunOutbox } from './run-outbox.ts';
import { type RunState, runState } from './run-state.ts';
import { mayBecome } from './run-status.ts';

/** The run may not go on as intended: somebody asked for its cancellation. */
export class RunInterruptedError extends Error {
  constructor() {
    super('The run is to be cancelled.');
    this.name = 'RunInterruptedError';
  }
}

/** How a run was claimed. */
export interface Claim {
  /** Whether somebody else was advancing the run, and may have left something unfinished. */
  readonly isTakeover: boolean;
  /** Number of the log's last event, that of the claim included. */
  readonly lastEvent: number;
  /** Time from the claim to the run's expiry, in ms. */
  readonly msToExpiry: number;
}

/** A run that this process has claimed and may write. All its writes carry the fence of the claim. */
export class HeldRun {
  readonly fence: number;
  readonly claim: Claim;
  readonly state: RunState;
  readonly #context: EngineContext;
  readonly #outbox: RunOutbox;
  readonly #stopped = new AbortController();
  #run: Run;
  #version: number;

  constructor(context: EngineContext, record: StoredRecord<'run'>, claim: Claim) {
    this.#context = context;
    this.#run = parseRecord(record);
    this.#version = record.version;
    this.fence = record.fence;
    this.claim = claim;
    this.state = runState(record);
    this.#outbox = new RunOutbox(context.storage, this.stream, record.fence, (error) => this.#stopped.abort(error));
  }

  /** The run as it was last written or read. */
  get run(): Run {
    return this.#run;
  }

  /** Where the run's events are written. */
  get stream(): EventStreamKey {
    return { partition: this.#run.thread_id, id: this.#run.id };
  }

  /** What says that this process still works on the run. */
  get lease(): Lease {
    return { key: runKey(this.#run.thread_id, this.#run.id), fence: this.fence };
  }

  /** Stops the work on the run: it is somebody else's, or gone. */
  lose(): void {
    this.#stopped.abort(new ClaimLostError());
  }

  /** Aborted when writing has failed for good: the claim was lost or the store did not take an event. */
  get stopped(): AbortSignal {
    return this.#stopped.signal;
  }

  /** Whether the producer of events should wait for {@link HeldRun.settled} before the next. */
  get congested(): boolean {
    return this.#outbox.congested;
  }

  /** Sends an event that changes no record. */
  emit(event: LogEvent): void {
    this.#outbox.emit(event);
  }

  /**
   * Writes records other than the run, with the events that tell of it. Later events wait for it; the caller need not:
   * a failure stops the run.
   */
  write(writes: readonly Write[], events: readonly LogEvent[]): void {
    const key = runKey(this.#run.thread_id, this.#run.id);
    this.#outbox.commit(writes, events, [{ check: 'fence', key, fence: this.fence }]).then(
      (result) => {
        if (!result.ok) this.lose();
      },
      // The outbox tells of it.
      () => {},
    );
  }

  /** Resolves when everything is written. @throws what stopped the run. */
  async settled(): Promise<void> {
    await this.#outbox.settled();
    this.#stopped.signal.throwIfAborted();
  }

  /**
   * Changes the run, together with other writes. What others changed meanwhile, such as metadata, is kept.
   *
   * @param events - The events that tell of it, given the run as text.
   * @throws {@link RunInterruptedError} when the run is being cancelled and may not become what was intended.
   * @throws {@link ClaimLostError} when somebody else claimed the run, or it has ended or was deleted.
   */
  async transition(
    change: Partial<Run> & Pick<Run, 'status'>,
    writes: readonly Write[],
    events: (runText: string) => LogEvent[],
  ): Promise<Json<Run>> {
    await this.settled();
    const key = runKey(this.#run.thread_id, this.#run.id);
    return untilSettled(async () => {
      if (isTerminalRunStatus(this.#run.status)) throw new ClaimLostError();
      if (this.#run.status !== change.status && !mayBecome(this.#run.status, change.status)) {
        throw new RunInterruptedError();
      }
      const run = Json.of({ ...this.#run, ...change });
      const result = await this.#outbox.commit(
        // Nobody works on it from here on, so what is left to look after is its expiry.
        [...writes, writeRun('put', run, { fence: this.fence, dueAt: this.state.expiresAt, state: this.state })],
        events(run.text),
        [{ check: 'version', key, version: this.#version }],
      );
      if (result.ok) {
        this.#run = run.value;
        this.#version++;
        return run;
      }
      if (result.conflict.reason !== 'version') throw new ClaimLostError();
      await this.refresh();
      return undefined;
    });
  }

  /**
   * Reads the run again: what others changed since it was claimed.
   *
   * @throws {@link ClaimLostError} when somebody else claimed the run or it was deleted.
   */
  async refresh(): Promise<void> {
    const record = await this.#context.storage.get(runKey(this.#run.thread_id, this.#run.id));
    if (record?.fence !== this.fence) throw new ClaimLostError();
    this.#run = parseRecord(record);
    this.#version = record.version;
  }
}
