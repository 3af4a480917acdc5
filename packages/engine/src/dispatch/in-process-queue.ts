import type { RunQueue, RunTicket } from '../ports/run-queue.ts';

/** Tickets that wait at most; the sweep adds those again that found no place. */
const MAX_WAITING = 100_000;

/** Runs that wait in this process. Tickets are lost with it. */
export function createInProcessQueue(): RunQueue {
  const waiting = new Map<string, RunTicket>();
  let handle: ((ticket: RunTicket) => Promise<void>) | null = null;
  let room = 0;
  let active = 0;

  function next(): void {
    for (const [runId, ticket] of waiting) {
      if (!handle || active >= room) return;
      waiting.delete(runId);
      active++;
      void handle(ticket).then(() => {
        active--;
        next();
      });
    }
  }

  return {
    async add(ticket) {
      // A later ticket of a run is as good as the one that waits.
      if (waiting.size < MAX_WAITING && !waiting.has(ticket.runId)) waiting.set(ticket.runId, ticket);
      next();
    },

    work(handler, { concurrency }) {
      handle = handler;
      room = concurrency;
      next();
    },

    resize(concurrency) {
      room = concurrency;
      next();
    },

    async stop() {
      handle = null;
    },
  };
}
