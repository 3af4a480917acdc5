import type { Storage } from '@cogitator-ai/openai-storage';
import type { Logger } from '../ports/logger.ts';
import type { HeldRun } from './held-run.ts';

export interface RunLeasesOptions {
  storage: Storage;
  logger: Logger;
  /** How long a run is left to whoever works on it and no longer says so, in ms. */
  leaseMs: number;
  /** How often it is said, in ms. */
  heartbeatMs: number;
}

/** Says at an interval which runs this process still works on, in one call for all of them. */
export class RunLeases {
  readonly #options: RunLeasesOptions;
  readonly #held = new Set<HeldRun>();
  #isBeating = false;
  #beating: Promise<void> = Promise.resolve();

  constructor(options: RunLeasesOptions) {
    this.#options = options;
  }

  add(held: HeldRun): void {
    this.#held.add(held);
    if (!this.#isBeating) this.#schedule(this.#options.heartbeatMs);
  }

  delete(held: HeldRun): void {
    this.#held.delete(held);
  }

  /** Resolves when nothing more is said of a run. */
  async release(held: HeldRun): Promise<void> {
    this.delete(held);
    await this.#beating;
  }

  #schedule(delayMs: number): void {
    this.#isBeating = true;
    setTimeout(() => {
      const began = performance.now();
      this.#beating = this.#beat().then(() => {
        if (this.#held.size === 0) this.#isBeating = false;
        else this.#schedule(Math.max(0, this.#options.heartbeatMs - (performance.now() - began)));
      });
    }, delayMs).unref();
  }

  async #beat(): Promise<void> {
    const { storage, logger, leaseMs } = this.#options;
    const held = [...this.#held];
    try {
      const leases = held.map(({ lease }) => lease);
      const renewed = leases.length > 0 ? await storage.renew(leases, { ms: leaseMs }) : [];
      for (const [index, run] of held.entries()) {
        // A run that ended meanwhile has no lease either.
        if (!renewed[index] && this.#held.has(run)) run.lose();
      }
    } catch (err) {
      logger.warn({ runs: held.length, err }, 'Leases could not be renewed; runs may be taken over.');
    }
  }
}
