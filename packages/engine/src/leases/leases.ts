import type { Lease, Storage } from '@cogitator-ai/openai-storage';
import type { Logger } from '../ports/logger.ts';

/** What this process works on: a run, or a file that is made searchable. */
export interface Held {
  readonly lease: Lease;
  /** Told when it is somebody else's, or gone. */
  lose(): void;
}

export interface LeasesOptions {
  storage: Storage;
  logger: Logger;
  /** How long something is left to whoever works on it and no longer says so, in ms. */
  leaseMs: number;
  /** How often it is said, in ms. */
  heartbeatMs: number;
}

/** Says at an interval what this process still works on, in one call for all of them. */
export class Leases {
  readonly #options: LeasesOptions;
  readonly #held = new Set<Held>();
  #isBeating = false;
  #beating: Promise<void> = Promise.resolve();

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  add(held: Held): void {
    this.#held.add(held);
    if (!this.#isBeating) this.#schedule(this.#options.heartbeatMs);
  }

  delete(held: Held): void {
    this.#held.delete(held);
  }

  /** Resolves when nothing more is said of it. */
  async release(held: Held): Promise<void> {
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
      for (const [index, each] of held.entries()) {
        // What ended meanwhile has no lease either.
        if (!renewed[index] && this.#held.has(each)) each.lose();
      }
    } catch (err) {
      logger.warn({ leases: held.length, err }, 'Leases could not be renewed; others may take over.');
    }
  }
}
