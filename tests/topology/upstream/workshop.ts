import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where the servers' tool is executed: it counts, by call. */
export interface Workshop {
  readonly url: string;
  /** How often each call was executed, by its id. */
  readonly executions: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** @param options.ms - How long an execution takes, after it was counted. */
export async function openWorkshop({ ms }: { ms: number }): Promise<Workshop> {
  const executions = new Map<string, number>();
  const server = createServer((request, response) => {
    const id = request.url!.slice(1);
    executions.set(id, (executions.get(id) ?? 0) + 1);
    void sleep(ms, undefined, { ref: false }).then(() => response.end(`done ${id}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    executions,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
