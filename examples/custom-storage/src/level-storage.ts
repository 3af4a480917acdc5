import { type Storage, StorageError } from '@cogitator-ai/openai-storage';
import { VERSION_KEY } from './keys.ts';
import { LevelBlobStore } from './level-blob-store.ts';
import { LevelCommits } from './level-commits.ts';
import { LevelEventLog } from './level-event-log.ts';
import { LevelRecords } from './level-records.ts';
import { Store } from './store.ts';

const VERSION = 1;

export interface LevelStorageOptions {
  /** The folder of the database; made when it is not there. */
  path: string;
  /**
   * Whether an answer waits for the disk: then it survives a power failure and not only the end of this process. Default
   * false.
   */
  sync?: boolean;
}

/**
 * Opens a storage in LevelDB, for one process at a time.
 *
 * @throws {@link StorageError} `unavailable` when another process has the folder open, `schema_mismatch` when a newer
 * version of this driver has written it.
 */
export async function openLevelStorage({ path, sync = false }: LevelStorageOptions): Promise<Storage> {
  const store = await Store.open(path, sync);
  try {
    await claimVersion(store);
    const blobs = new LevelBlobStore(store);
    await blobs.freeLoose();
    return createLevelStorage(path, store, blobs);
  } catch (error) {
    await store.close();
    throw error;
  }
}

function createLevelStorage(path: string, store: Store, blobs: LevelBlobStore): Storage {
  let lastNow = 0;
  /** This machine's clock, kept from going back. */
  const now = (): number => (lastNow = Math.max(lastNow, Date.now()));
  const events = new LevelEventLog(store, now);
  const records = new LevelRecords(store, now);
  const commits = new LevelCommits(store, events);
  return {
    name: `leveldb:${encodeURI(path)}`,
    events,
    blobs,
    get: (key) => records.get(key),
    getMany: (keys) => records.getMany(keys),
    list: (request) => records.list(request),
    due: (kind, limit) => records.due(kind, limit),
    commit: (commit) => commits.commit(commit),
    renew: (leases, { ms }) => commits.renew(leases, now() + ms),
    async now() {
      store.assertOpen();
      return now();
    },
    async close() {
      events.endSubscriptions();
      await store.close();
    },
  };
}

async function claimVersion(store: Store): Promise<void> {
  await store.transact(VERSION_KEY, async (transaction) => {
    const version = (await transaction.get(VERSION_KEY)) ?? VERSION;
    if (version !== VERSION) {
      throw new StorageError('schema_mismatch', `The data are of version ${version}, this driver reads ${VERSION}.`);
    }
    transaction.put(VERSION_KEY, version);
  });
}
