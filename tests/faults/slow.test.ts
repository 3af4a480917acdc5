import { startProxy } from '@cogitator-ai/tests-services';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { it } from 'vitest';
import { audit } from './load/audit.ts';
import { connect, startLoad } from './load/start-load.ts';
import { isHealthy, startServer } from './servers/start-server.ts';
import { startPostgresStore } from './stores/postgres-store.ts';
import { startRedisStore } from './stores/redis-store.ts';
import { createSqliteStore } from './stores/sqlite-store.ts';

/** How long what is sent to the store is under way, and as long the answer, in ms. */
const DELAY_MS = 300;
/** How long the store stands still, in ms. */
const STILL_MS = 5000;

const STORES = [
  { name: 'PostgreSQL', startStore: () => startPostgresStore() },
  { name: 'Redis', startStore: () => startRedisStore() },
];

it.concurrent.for(STORES)(
  'a $name that is far away makes everything slow, and nothing else',
  async ({ startStore }, { expect, onTestFinished }) => {
    const store = await startStore();
    onTestFinished(() => store.remove());
    const proxy = await startProxy(store.url);
    onTestFinished(() => proxy.close());
    const server = await startServer({ storageUrl: proxy.url });
    onTestFinished(() => server.remove());
    proxy.delayMs = DELAY_MS;
    const load = await startLoad({ urls: [server.url] });
    const stopWatching = watchHealth(server.url);
    await load.progress(1);
    proxy.delayMs = 0;
    await load.stop();
    expect(await stopWatching()).toEqual([]);
    expect([...load.ledger.failures]).toEqual([]);
    expect(await audit({ storageUrl: store.url, url: server.url, ledgers: [load.ledger] })).toEqual([]);
  },
);

it.concurrent.for(STORES)(
  'a $name that stands still is waited for',
  async ({ startStore }, { expect, onTestFinished }) => {
    const store = await startStore();
    onTestFinished(() => store.remove());
    const server = await startServer({ storageUrl: store.url });
    onTestFinished(() => server.remove());
    const load = await startLoad({ urls: [server.url] });
    const stopWatching = watchHealth(server.url);
    await load.progress(1);
    store.service.pause();
    await sleep(STILL_MS);
    store.service.resume();
    await load.progress(1);
    await load.stop();
    expect(await stopWatching()).toEqual([]);
    expect([...load.ledger.failures]).toEqual([]);
    expect(await audit({ storageUrl: store.url, url: server.url, ledgers: [load.ledger] })).toEqual([]);
  },
);

it.concurrent('an SQLite that another process holds is waited for, and then refuses writes', async (test) => {
  const { expect, onTestFinished } = test;
  const store = createSqliteStore();
  onTestFinished(() => store.remove());
  const server = await startServer({ storageUrl: store.url });
  onTestFinished(() => server.remove());
  const load = await startLoad({ urls: [server.url] });
  const stopWatching = watchHealth(server.url);
  await load.progress(1);
  const [threadId] = load.ledger.threads.keys();
  const holder = new DatabaseSync(store.path);
  onTestFinished(() => holder.close());
  for (const { heldMs, failures } of [
    { heldMs: 2000, failures: [] },
    { heldMs: 8000, failures: ['503 server_error'] },
  ]) {
    await beginWriting(holder);
    await sleep(heldMs);
    // Whoever reads need not wait.
    await connect(server.url).beta.threads.messages.list(threadId!);
    holder.exec('ROLLBACK');
    await load.progress(1);
    expect([...load.ledger.failures]).toEqual(expect.arrayContaining(failures));
    if (failures.length === 0) expect([...load.ledger.failures]).toEqual([]);
  }
  await load.stop();
  expect(await stopWatching()).toEqual([]);
  expect(load.ledger.unclearFailures).toEqual([]);
  expect(await audit({ storageUrl: store.url, url: server.url, ledgers: [load.ledger] })).toEqual([]);
});

/** Waits for its turn, among those who write all the time. */
async function beginWriting(database: DatabaseSync): Promise<void> {
  for (;;) {
    try {
      return database.exec('BEGIN IMMEDIATE');
    } catch {
      await sleep(1);
    }
  }
}

/** Asks the server all the time for what needs no store. @returns Ends that, and tells when it was not answered. */
function watchHealth(url: string): () => Promise<string[]> {
  const stopped = new AbortController();
  const watching = (async () => {
    const failures: string[] = [];
    while (!stopped.signal.aborted) {
      if (!(await isHealthy(url))) failures.push(new Date().toISOString());
      await sleep(50);
    }
    return failures;
  })();
  return () => {
    stopped.abort();
    return watching;
  };
}
