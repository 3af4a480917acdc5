import type { Storage, StoredRecord } from '@cogitator-ai/openai-storage';

/** The unique value by which the active run of a thread locks it. */
const ACTIVE_RUN = 'active_run';

/** Makes a record due now, as if its time had come. */
export async function makeDue(storage: Storage, record: StoredRecord): Promise<void> {
  const { key, body, state, version } = record;
  const unique = key.kind === 'run' ? ACTIVE_RUN : null;
  await storage.commit({
    checks: [{ check: 'version', key, version }],
    writes: [{ write: 'put', key, body, state, unique, dueAt: await storage.now() }],
  });
}
