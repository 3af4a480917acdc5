import type { RunQueue, RunTicket } from '../ports/run-queue.ts';

/** Tickets that wait at most; the sweep adds those again that found no place. */
const MAX_WAITING = 100_000;

/** Runs that wait in this process. Tickets are lost with it. */
export function createInProcessQueue(): RunQueue {
  const urgent = new Map<string, RunTicket>();
  const waiting = new Map<string, RunTicket>();
  let handle: ((ticket: RunTicket) => Promise<void>) | null = null;
  let room = 0;
  let active = 0;

  function next(): void {
    for (const line of [urgent, waiting]) {
      for (const [runId, ticket] of line) {
        if (!handle || active >= room) return;
        line.delete(runId);
        active++;
        void handle(ticket).then(() => {
          active--;
          next();
        });
      }
    }
  }

  return {
    async add(ticket, { first = false } = {}) {
      const line = first ? urgent : waiting;
      // A later ticket of a run is as good as the one that waits.
      if (line.size < MAX_WAITING && !line.has(ticket.runId)) line.set(ticket.runId, ticket);
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
