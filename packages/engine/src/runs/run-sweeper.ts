import type { EngineContext } from '../engine-context.ts';
import { forgetDueKeys } from '../idempotency/forget-due-keys.ts';
import { expireRun } from './expire-run.ts';

/** Runs looked at in one sweep. */
const BATCH = 100;

/** Looks for runs whose time is up at an interval, so that their threads are freed even if nobody asks. */
export class RunSweeper {
  readonly #context: EngineContext;
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | null = null;
  #sweep: Promise<void> = Promise.resolve();

  constructor(context: EngineContext, intervalMs: number) {
    this.#context = context;
    this.#intervalMs = intervalMs;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#sweep = this.#expireDueRuns().finally(() => {
        if (this.#timer) this.start();
      });
    }, this.#intervalMs).unref();
  }

  /** Ends the sweeping; resolves when a sweep under way has ended. */
  async stop(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#sweep;
  }

  async #expireDueRuns(): Promise<void> {
    try {
      const { storage } = this.#context;
      for (const record of await storage.due('run', BATCH)) await expireRun(this.#context, record);
      await forgetDueKeys(this.#context);
    } catch (error) {
      this.#context.logger.error({ err: error }, 'Expired runs could not be ended; the next sweep tries again.');
    }
  }
}
