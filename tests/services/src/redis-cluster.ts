import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from './redis.ts';
import type { Service } from './service.ts';

const SLOTS = 16_384;
const READY_MS = 30_000;

/** Servers that share the slots among them. */
export interface RedisCluster {
  readonly nodes: readonly Service[];
  remove(): Promise<void>;
}

/** Starts a Redis Cluster without replicas. */
export async function startRedisCluster({ size = 3 }: { size?: number } = {}): Promise<RedisCluster> {
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
  const nodes = await Promise.all(Array.from({ length: size }, () => startRedis({ args })));
  const remove = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.remove()));
  };
  const clients = nodes.map(({ url }) => new Redis(url));
  try {
    for (const [index, client] of clients.entries()) {
      const from = Math.ceil((index * SLOTS) / size);
      const to = Math.ceil(((index + 1) * SLOTS) / size) - 1;
      await client.call('CLUSTER', ['ADDSLOTSRANGE', from, to]);
      await client.call('CLUSTER', ['SET-CONFIG-EPOCH', index + 1]);
      if (index > 0) await client.call('CLUSTER', ['MEET', '127.0.0.1', nodes[0]!.port]);
    }
    const giveUpAt = performance.now() + READY_MS;
    const isReady = async (client: Redis): Promise<boolean> => {
      const info = String(await client.call('CLUSTER', ['INFO']));
      return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${size}`);
    };
    while (!(await Promise.all(clients.map(isReady))).every(Boolean)) {
      if (performance.now() > giveUpAt) throw new Error('The nodes do not come together.');
      await sleep(50);
    }
  } catch (error) {
    await remove();
    throw error;
  } finally {
    for (const client of clients) client.disconnect();
  }
  return { nodes, remove };
}
