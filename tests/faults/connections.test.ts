import { startProxy } from '@cogitator-ai/tests-services';
import { it } from 'vitest';
import { audit } from './load/audit.ts';
import { beginRun } from './load/begin-run.ts';
import { connect, startLoad } from './load/start-load.ts';
import { startServer } from './servers/start-server.ts';
import { startPostgresStore } from './stores/postgres-store.ts';
import { startRedisStore } from './stores/redis-store.ts';
import type { ServerStore } from './stores/store.ts';

interface TestedStore extends ServerStore {
  /** Ends all connections of others. */
  readonly hangUp: () => Promise<unknown>;
  /** How many connections there are that hear of events. */
  readonly countListeners: () => Promise<number>;
}

interface Scenario {
  readonly name: string;
  readonly startStore: () => Promise<TestedStore>;
  /** Of the URL. */
  readonly parameters: string;
}

const SCENARIOS: Scenario[] = [
  {
    name: 'PostgreSQL',
    startStore: async () => {
      const store = await startPostgresStore();
      const others = `FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;
      const listening = `query LIKE 'LISTEN%' OR query = 'SELECT 1'`;
      return {
        ...store,
        hangUp: () => store.query(`SELECT pg_terminate_backend(pid) ${others}`),
        countListeners: async () => (await store.query(`SELECT 1 FROM pg_stat_activity WHERE ${listening}`)).length,
      };
    },
    // By default a connection is given up after half a minute without an answer.
    parameters: '?query_timeout=3000',
  },
  {
    name: 'Redis',
    startStore: async () => {
      const store = await startRedisStore();
      const hangUp = async (): Promise<void> => {
        for (const type of ['normal', 'pubsub']) await store.command('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
      };
      const countListeners = async (): Promise<number> =>
        (String(await store.command('CLIENT', 'LIST', 'TYPE', 'pubsub')).match(/^id=/gm) ?? []).length;
      return { ...store, hangUp, countListeners };
    },
    parameters: '',
  },
];

it.concurrent.for(SCENARIOS)(
  'connections to $name that are reset or ended are made anew, and clients that try again notice nothing',
  async ({ startStore }, { expect, onTestFinished }) => {
    const store = await startStore();
    onTestFinished(() => store.remove());
    const proxy = await startProxy(store.url);
    onTestFinished(() => proxy.close());
    const servers = await Promise.all([1, 2].map(() => startServer({ storageUrl: proxy.url })));
    for (const server of servers) onTestFinished(() => server.remove());
    const urls = servers.map(({ url }) => url);
    const [first, second] = urls.map((url) => connect(url));

    const once = await startLoad({ urls });
    // As the SDK does by default. Runs are for the others: one that breaks has failed, whoever asks again.
    const again = await startLoad({ urls, maxRetries: 2, activities: ['thread', 'file'] });
    for (const hangUp of [async () => proxy.reset(), store.hangUp, async () => proxy.reset(), store.hangUp]) {
      await again.progress(2);
      await once.progress(1);
      await hangUp();
    }
    await again.progress(2);
    await Promise.all([once.stop(), again.stop()]);

    expect(once.ledger.unclearFailures).toEqual([]);
    expect([...again.ledger.failures]).toEqual([]);
    expect(await audit({ storageUrl: store.url, url: urls[0]!, ledgers: [once.ledger, again.ledger] })).toEqual([]);
    const run = await beginRun(first!);
    const [own, other] = await Promise.all([run.answer, run.follow(second!)]);
    expect(other).toBe(own);
  },
);

it.concurrent.for(SCENARIOS)(
  'a way to $name that falls silent makes clients wait, not for ever',
  async ({ startStore, parameters }, { expect, onTestFinished }) => {
    const store = await startStore();
    onTestFinished(() => store.remove());
    const proxy = await startProxy(store.url + parameters);
    onTestFinished(() => proxy.close());
    const server = await startServer({ storageUrl: proxy.url });
    onTestFinished(() => server.remove());

    const load = await startLoad({ urls: [server.url] });
    await load.progress(2);
    await beginRun(connect(server.url));
    const listeners = await store.countListeners();
    expect(listeners).toBe(1);
    const restore = proxy.swallow();
    await expect.poll(() => [...load.ledger.failures], { timeout: 30_000 }).toContain('503 server_error');
    restore();
    // What the silent one does not hear, a new one does.
    await expect.poll(() => store.countListeners(), { timeout: 60_000 }).toBeGreaterThan(listeners);
    await load.progress(2);
    await load.stop();

    expect(load.ledger.unclearFailures).toEqual([]);
    expect(await audit({ storageUrl: store.url, url: server.url, ledgers: [load.ledger] })).toEqual([]);
  },
);
