import { once } from 'node:events';
import type { Cluster, Redis } from 'ioredis';

/** How long the end of a connection is waited for, in ms. */
const END_MS = 2000;

/** Ends a client and its connections at once; what is under way is rejected. */
export async function endClient(client: Redis | Cluster): Promise<void> {
  // Between two attempts to connect there is nothing whose end would be told.
  const isConnected = !['end', 'reconnecting'].includes(client.status);
  const ended = isConnected ? once(client, 'end', { signal: AbortSignal.timeout(END_MS) }).catch(() => {}) : null;
  client.disconnect();
  await ended;
}
