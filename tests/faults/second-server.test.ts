import { it } from 'vitest';
import { audit } from './load/audit.ts';
import { startLoad } from './load/start-load.ts';
import { startServer } from './servers/start-server.ts';
import { createSqliteStore } from './stores/sqlite-store.ts';

const STARTS = 4;

it('servers that start on the same SQLite file leave alone what another one writes', async (test) => {
  const { expect, onTestFinished } = test;
  const store = createSqliteStore();
  onTestFinished(() => store.remove());
  const server = await startServer({ storageUrl: store.url });
  onTestFinished(() => server.remove());
  const load = await startLoad({ urls: [server.url], activities: ['thread', 'file'] });
  for (let start = 0; start < STARTS; start++) {
    await load.progress(2);
    const second = await startServer({ storageUrl: store.url });
    onTestFinished(() => second.remove());
  }
  await load.progress(2);
  await load.stop();
  expect([...load.ledger.failures]).toEqual([]);
  expect(await audit({ storageUrl: store.url, url: server.url, ledgers: [load.ledger] })).toEqual([]);
});
