import { runStorageConformance } from '@cogitator-ai/openai-storage/conformance';
import { type RedisCluster, startRedisCluster } from '@cogitator-ai/tests-services';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRedisStorage } from '../src/index.ts';

let servers: RedisCluster;
beforeAll(async () => {
  servers = await startRedisCluster();
}, 60_000);
afterAll(() => servers.remove());

const open = () =>
  openRedisStorage({
    client: new Cluster(
      servers.nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
      { lazyConnect: true },
    ),
  });

runStorageConformance('redis cluster', open);

it('spreads threads over the nodes of a cluster', async () => {
  const storage = await open();
  expect(storage.name).toMatch(/^redis-cluster:\/\/127\.0\.0\.1:\d+(,127\.0\.0\.1:\d+){2}$/);
  await storage.close();
  const sizes = await Promise.all(
    servers.nodes.map(async ({ url }) => {
      const client = new Redis(url);
      const size = await client.dbsize();
      client.disconnect();
      return size;
    }),
  );
  expect(sizes.every((size) => size > 100)).toBe(true);
});
