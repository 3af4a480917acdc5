import { toFile } from 'openai';
import { it } from 'vitest';
import { mountSmallDisk, whyNoSmallDisk } from './disks/mount-small-disk.ts';
import { audit } from './load/audit.ts';
import { connect, startLoad } from './load/start-load.ts';
import { isHealthy, startServer } from './servers/start-server.ts';
import { startPostgresStore } from './stores/postgres-store.ts';
import { startRedisStore } from './stores/redis-store.ts';
import { createSqliteStore } from './stores/sqlite-store.ts';

const reason = whyNoSmallDisk();
if (reason !== null) console.warn(`Full disks are NOT tested: this machine mounts none (${reason}).`);

/** Enough for all that the load writes while the disk is not filled: its files alone are some megabytes a second. */
const MEGABYTES = 256;

it.runIf(reason === null).concurrent.for([
  { name: 'SQLite', openStore: async (folder: string) => createSqliteStore({ folder }) },
  { name: 'PostgreSQL', openStore: (folder: string) => startPostgresStore({ dir: folder }) },
  {
    name: 'Redis',
    openStore: (folder: string) => startRedisStore({ dir: folder, durable: false, args: ['--appendonly', 'yes'] }),
  },
])(
  'a full disk of $name has writes refused and reads go on, until there is room again',
  async ({ openStore }, { expect, onTestFinished }) => {
    const disk = mountSmallDisk({ megabytes: MEGABYTES });
    onTestFinished(() => disk.unmount());
    const store = await openStore(disk.folder);
    onTestFinished(() => store.remove());
    const server = await startServer({ storageUrl: store.url });
    onTestFinished(() => server.remove());
    const { pid } = server;
    const client = connect(server.url);

    const load = await startLoad({ urls: [server.url] });
    await load.progress(2);
    disk.fill();
    await expect.poll(() => [...load.ledger.failures], { timeout: 20_000 }).toContain('503 server_error');
    const large = { file: await toFile(Buffer.alloc(2 ** 20), 'large'), purpose: 'user_data' } as const;
    await expect(client.files.create(large)).rejects.toMatchObject({ status: 503, type: 'server_error' });
    // What there was can be read.
    const [threadId] = load.ledger.threads.keys();
    expect((await client.beta.threads.messages.list(threadId!)).data).not.toEqual([]);
    expect(await isHealthy(server.url)).toBe(true);
    disk.free();
    await load.progress(2);
    await load.stop();

    expect(load.ledger.unclearFailures).toEqual([]);
    expect(await audit({ storageUrl: store.url, url: server.url, ledgers: [load.ledger] })).toEqual([]);
    expect(server.pid).toBe(pid);
  },
);
