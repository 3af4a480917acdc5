import type { Dispatcher, RunHandler, RunTicket } from '../ports/dispatcher.ts';

interface Execution {
  readonly ticket: RunTicket;
  readonly controller: AbortController;
  /** Whether the run was enqueued again meanwhile: its state has changed, so it is looked at once more. */
  again: boolean;
}

export interface InProcessDispatcherOptions {
  /** Most runs advanced at a time; others wait in the order of their arrival. Default 1,000. */
  maxConcurrent?: number;
}

/** Advances runs in this process, as soon as there is room. Tickets that wait are lost with the process. */
export function createInProcessDispatcher({ maxConcurrent = 1000 }: InProcessDispatcherOptions = {}): Dispatcher {
  const executions = new Map<string, Execution>();
  const waiting = new Map<string, RunTicket>();
  let handler: RunHandler | null = null;
  let closed = false;
  let onIdle: () => void = () => {};

  function next(): void {
    for (const [runId, ticket] of waiting) {
      if (closed || !handler || executions.size >= maxConcurrent) return;
      waiting.delete(runId);
      void execute(handler, { ticket, controller: new AbortController(), again: false });
    }
  }

  async function execute(handle: RunHandler, execution: Execution): Promise<void> {
    const { ticket, controller } = execution;
    executions.set(ticket.runId, execution);
    await handle(ticket, controller.signal);
    executions.delete(ticket.runId);
    if (execution.again) waiting.set(ticket.runId, ticket);
    next();
    if (executions.size === 0) onIdle();
  }

  return {
    start(runHandler) {
      handler = runHandler;
      next();
    },

    enqueue(ticket) {
      const execution = executions.get(ticket.runId);
      if (execution) {
        execution.again = true;
        return;
      }
      waiting.set(ticket.runId, ticket);
      next();
    },

    interrupt({ runId }) {
      executions.get(runId)?.controller.abort();
    },

    async close({ signal }) {
      closed = true;
      waiting.clear();
      const stop = (): void => {
        for (const { controller } of executions.values()) controller.abort();
      };
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
      if (executions.size > 0) await new Promise<void>((resolve) => (onIdle = resolve));
      signal.removeEventListener('abort', stop);
    },
  };
}
