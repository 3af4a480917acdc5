import { setTimeout as sleep } from 'node:timers/promises';
import { it } from 'vitest';
import { audit } from './load/audit.ts';
import { beginRun } from './load/begin-run.ts';
import { connect, startLoad } from './load/start-load.ts';
import { startServer } from './servers/start-server.ts';
import { startPostgresStore } from './stores/postgres-store.ts';
import { startRedisStore } from './stores/redis-store.ts';

/** How long the store is away, in ms. */
const AWAY_MS = 500;

it.concurrent.for([
  { name: 'PostgreSQL', startStore: () => startPostgresStore() },
  { name: 'Redis', startStore: () => startRedisStore() },
])(
  '$name that is killed and started again under load has kept what was acknowledged, and two servers recover by themselves',
  async ({ startStore }, { expect, onTestFinished }) => {
    const store = await startStore();
    onTestFinished(() => store.remove());
    const servers = await Promise.all([1, 2].map(() => startServer({ storageUrl: store.url })));
    for (const server of servers) onTestFinished(() => server.remove());
    const urls = servers.map(({ url }) => url);
    const [first, second] = urls.map((url) => connect(url));
    const pids = servers.map(({ pid }) => pid);
    // Both are listening for what the other one writes.
    const before = await beginRun(first!);
    const streams = Promise.allSettled([before.answer, before.follow(second!)]);

    const load = await startLoad({ urls });
    await load.progress(2);
    await store.service.kill();
    await sleep(AWAY_MS);
    await store.service.start();
    await load.progress(2);
    await load.stop();

    const { ledger } = load;
    expect(ledger.unclearFailures).toEqual([]);
    // However they end, they do, and none is without a part that it does not know of.
    const told = (await streams).flatMap((stream) => (stream.status === 'fulfilled' ? [stream.value] : []));
    const { data: answers } = await first!.beta.threads.messages.list(before.threadId, { run_id: before.run.id });
    const [content] = answers[0]!.content;
    expect(told.filter((text) => content?.type !== 'text' || text !== content.text.value)).toEqual([]);

    expect(await audit({ storageUrl: store.url, url: urls[0]!, ledgers: [ledger] })).toEqual([]);
    const after = await beginRun(first!);
    const [own, other] = await Promise.all([after.answer, after.follow(second!)]);
    expect(own).toContain('demo model');
    expect(other).toBe(own);
    expect(servers.map(({ pid }) => pid)).toEqual(pids);
  },
);
