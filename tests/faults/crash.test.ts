import { openStorage } from '@cogitator-ai/openai-server';
import { it } from 'vitest';
import { audit, findActiveRuns, listAll } from './load/audit.ts';
import { beginRun } from './load/begin-run.ts';
import { beginUpload } from './load/begin-upload.ts';
import { connect, startLoad } from './load/start-load.ts';
import { startServer } from './servers/start-server.ts';
import { makeDue } from './stores/make-due.ts';
import { startPostgresStore } from './stores/postgres-store.ts';
import { startRedisStore } from './stores/redis-store.ts';
import { createSqliteStore } from './stores/sqlite-store.ts';

const KILLS = 3;
/** What is due is looked for every two seconds. */
const SWEPT = { timeout: 20_000, interval: 100 };

it.concurrent.for([
  { name: 'SQLite', openStore: async () => createSqliteStore() },
  { name: 'PostgreSQL', openStore: () => startPostgresStore() },
  { name: 'Redis', openStore: () => startRedisStore() },
])(
  'a server on $name that is killed while it writes has kept what it acknowledged, nothing by halves, and goes on',
  async ({ openStore }, { expect, onTestFinished }) => {
    const store = await openStore();
    onTestFinished(() => store.remove());
    const server = await startServer({ storageUrl: store.url });
    onTestFinished(() => server.remove());
    const client = connect(server.url);
    const storage = await openStorage({ storageUrl: store.url });
    onTestFinished(() => storage.close());
    const findLeftovers = async (): Promise<string[]> =>
      store.findLeftovers(new Set((await listAll(storage, 'file')).map(({ key }) => key.id)));

    await beginUpload(server.url);
    await expect.poll(findLeftovers, { timeout: 10_000 }).not.toEqual([]);
    const begun = await beginRun(client);
    const ledgers = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const load = await startLoad({ urls: [server.url] });
      await load.progress(2);
      await server.kill();
      await load.stop();
      expect([...load.ledger.failures]).toEqual(['connection lost']);
      ledgers.push(load.ledger);
      await server.start();
    }

    // Runs whose server was killed are gone on with.
    const { threadId, run } = begun;
    const { runs, messages } = client.beta.threads;
    for (const active of await findActiveRuns(storage)) await makeDue(storage, active);
    const status = async () => (await runs.retrieve(run.id, { thread_id: threadId })).status;
    await expect.poll(status, SWEPT).toBe('completed');
    await expect.poll(() => findActiveRuns(storage), SWEPT).toEqual([]);
    expect(await audit({ storageUrl: store.url, url: server.url, ledgers })).toEqual([]);
    // What its client was streamed is how the answer begins.
    const { data } = await messages.list(threadId);
    expect(data).toMatchObject([{ status: 'completed', run_id: run.id }, { role: 'user' }]);
    const [content] = data[0]!.content;
    expect(content?.type === 'text' && content.text.value.startsWith(begun.text)).toBe(true);
    await messages.create(threadId, { role: 'user', content: 'Are you there?' });
    const next = await runs.createAndPoll(threadId, { assistant_id: run.assistant_id }, { pollIntervalMs: 50 });
    expect(next.status).toBe('completed');

    // Nor does content stay for ever that belongs to no file.
    for (const note of await listAll(storage, 'unowned_blob')) await makeDue(storage, note);
    await expect.poll(() => listAll(storage, 'unowned_blob'), SWEPT).toEqual([]);
    await store.ageLeftovers();
    await server.restart();
    expect(await findLeftovers()).toEqual([]);
  },
);
