import { Redis } from 'ioredis';
import { Client } from 'pg';
import { it } from 'vitest';
import { beginRun } from './load/begin-run.ts';
import { textOf } from './load/content.ts';
import { connect } from './load/start-load.ts';
import { startServer } from './servers/start-server.ts';
import { startPostgresStore } from './stores/postgres-store.ts';
import { startRedisStore } from './stores/redis-store.ts';

const REQUESTS = 200;

it.concurrent('two connections do for two hundred requests at once', async ({ expect, onTestFinished }) => {
  const store = await startPostgresStore();
  onTestFinished(() => store.remove());
  const server = await startServer({ storageUrl: `${store.url}?max_connections=2` });
  onTestFinished(() => server.remove());
  const { threads } = connect(server.url).beta;
  const { id } = await threads.create();
  const names = Array.from({ length: REQUESTS }, (_, index) => `message-${index}`);
  await Promise.all(names.map((name) => threads.messages.create(id, { role: 'user', content: textOf(name) })));
  const stored: string[] = [];
  for await (const { content } of threads.messages.list(id, { limit: 100 })) {
    for (const part of content) if (part.type === 'text') stored.push(part.text.value);
  }
  expect(stored.toSorted()).toEqual(names.map(textOf).toSorted());
  // One more listens, one asks here; the rest are those of the queue of runs, whose number does not depend on requests.
  const backends = await store.query(`SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend'`);
  expect(backends.length).toBeLessThanOrEqual(2 + 2 + 4);
});

it.concurrent('a PostgreSQL that takes no more connections is told of as overloaded', async (test) => {
  const { expect, onTestFinished } = test;
  const store = await startPostgresStore({
    settings: { max_connections: '20', superuser_reserved_connections: '0' },
  });
  onTestFinished(() => store.remove());
  const server = await startServer({ storageUrl: store.url });
  onTestFinished(() => server.remove());
  const { threads } = connect(server.url).beta;
  const { id } = await threads.create();
  const createMany = () =>
    Promise.allSettled(
      Array.from({ length: 30 }, () => threads.messages.create(id, { role: 'user', content: 'Hello!' })),
    );

  const others: Client[] = [];
  const release = () => Promise.all(others.splice(0).map((other) => other.end()));
  onTestFinished(() => void release());
  for (;;) {
    const other = new Client(store.url);
    other.on('error', () => {});
    if (
      !(await other.connect().then(
        () => true,
        () => false,
      ))
    )
      break;
    others.push(other);
  }
  const results = await createMany();
  const refused = results.filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  for (const { reason } of refused as PromiseRejectedResult[]) {
    expect(reason).toMatchObject({ status: 503, type: 'server_error' });
  }

  await release();
  const again = await createMany();
  expect(again.filter(({ status }) => status === 'rejected')).toEqual([]);
  const { data } = await threads.messages.list(id, { limit: 100 });
  expect(data).toHaveLength(results.length - refused.length + again.length);
});

it.concurrent('a Redis that takes no more connections is told of as overloaded', async ({ expect, onTestFinished }) => {
  const store = await startRedisStore();
  onTestFinished(() => store.remove());
  const others = Array.from({ length: 3 }, () => new Redis(store.url));
  onTestFinished(() => others.forEach((other) => other.disconnect()));
  const [admin] = others as [Redis, ...Redis[]];
  const ids = await Promise.all(others.map((other) => other.client('ID')));
  const server = await startServer({ storageUrl: store.url });
  onTestFinished(() => server.remove());
  const client = connect(server.url);
  const { threads } = client.beta;
  const { id } = await threads.create();
  const say = () => threads.messages.create(id, { role: 'user', content: 'Hello!' });
  await say();

  await admin.config('SET', 'maxclients', String(others.length));
  const connections = String(await admin.client('LIST')).matchAll(/^id=(\d+)/gm);
  for (const [, other] of connections) {
    if (!ids.includes(Number(other))) await admin.client('KILL', 'ID', Number(other));
  }
  for (const ask of [say, () => beginRun(client)]) {
    await expect(ask()).rejects.toMatchObject({ status: 503, type: 'server_error' });
  }
  await admin.config('SET', 'maxclients', '10000');
  await say();
  await beginRun(client);
  expect((await threads.messages.list(id)).data).toHaveLength(2);
});
