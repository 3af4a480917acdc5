import { openStorage } from '@cogitator-ai/openai-server';
import type { RecordKey, RecordKind, Storage, StoredRecord } from '@cogitator-ai/openai-storage';
import { replaceMembers } from './replace-members.ts';
import { createTestDatabase } from './test-database.ts';

export interface TestStorageOptions {
  /** The store's clock in ms; default its own. */
  now?: () => number;
}

/** An empty storage of the driver that the tests are run on; closing it removes its data. */
export async function openTestStorage({ now }: TestStorageOptions = {}): Promise<Storage> {
  const database = createTestDatabase();
  const storage = await openStorage({ storageUrl: database.url });
  let removed: Promise<void> | undefined;
  return replaceMembers(storage, {
    ...(now && clockOf(storage, now)),
    close: async () => {
      await storage.close();
      await (removed ??= database.remove());
    },
  });
}

/** What makes a storage go by another clock: no server would let its own be changed. */
function clockOf(storage: Storage, now: () => number): Partial<Storage> {
  const dueTimes = new Map<string, { key: RecordKey; dueAt: number }>();
  return {
    now: async () => now(),
    commit: async (commit) => {
      const result = await storage.commit(commit);
      for (const write of result.ok ? (commit.writes ?? []) : []) {
        const dueAt = write.write === 'delete' ? null : (write.dueAt ?? null);
        if (dueAt === null) dueTimes.delete(JSON.stringify(write.key));
        else dueTimes.set(JSON.stringify(write.key), { key: write.key, dueAt });
      }
      return result;
    },
    due: async <K extends RecordKind>(kind: K, limit: number) => {
      const keys = [...dueTimes.values()]
        .filter(({ key, dueAt }) => key.kind === kind && dueAt <= now())
        .toSorted((a, b) => a.dueAt - b.dueAt)
        .map(({ key }) => key as RecordKey<K>);
      const found = await Promise.all(keys.map((key) => storage.get(key)));
      return found.filter((record): record is StoredRecord<K> => record !== null).slice(0, limit);
    },
  };
}
