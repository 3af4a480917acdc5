import { settleBlob } from '../blobs/owned-blobs.ts';
import type { EngineContext } from '../engine-context.ts';
import { expireFile } from '../files/expire-file.ts';
import { forgetKey } from '../idempotency/forget-key.ts';
import { lookAfterRun } from '../runs/look-after-run.ts';
import { advanceDueUpload } from '../uploads/due-upload.ts';
import { advanceDueStore } from '../vector-stores/due-store.ts';
import { sweepDue } from './sweep-due.ts';

/** Looks at an interval for what is due, so that it happens even if nobody asks. */
export class Sweeper {
  readonly #context: EngineContext;
  readonly #intervalMs: number;
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #sweep: Promise<void> = Promise.resolve();

  constructor(context: EngineContext, intervalMs: number) {
    this.#context = context;
    this.#intervalMs = intervalMs;
  }

  /** The first sweep is at once: those before may have left something. */
  start(): void {
    this.#schedule(0);
  }

  /** Ends the sweeping; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    if (this.#timer) clearTimeout(this.#timer);
    await this.#sweep;
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#sweep = this.#run().finally(() => {
        if (!this.#stopped.signal.aborted) this.#schedule(this.#intervalMs);
      });
    }, delayMs).unref();
  }

  async #run(): Promise<void> {
    const context = this.#context;
    const { signal } = this.#stopped;
    try {
      await sweepDue(context, 'run', (run) => lookAfterRun(context, run), { signal });
      context.ingester.nudge();
      await sweepDue(context, 'vector_store', (store) => advanceDueStore(context, store, signal), { signal });
      await sweepDue(context, 'file', (file) => expireFile(context, file), { signal });
      await sweepDue(context, 'upload', (upload) => advanceDueUpload(context, upload), { signal });
      await sweepDue(context, 'unowned_blob', (note) => settleBlob(context, note), { signal });
      await sweepDue(context, 'idempotency_key', (key) => forgetKey(context, key), { signal });
    } catch (err) {
      context.logger.error({ err }, 'What is due could not be looked for; the next sweep tries again.');
    }
  }
}
