import type { StoredRecord } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { parseRecord } from '../records/parse-record.ts';
import { claimEntry, type HeldEntry } from './held-entry.ts';
import { entryState, writeEntry } from './stored-entry.ts';

/**
 * Takes up a file that is due, to make it searchable.
 *
 * @returns `null` when somebody else has, or it is searchable and whoever gave it other vectors is lost: then it stays as it is.
 */
export async function takeWaiting(
  context: EngineContext,
  record: StoredRecord<'vector_store_file'>,
): Promise<HeldEntry | null> {
  const entry = parseRecord(record);
  const state = entryState(record);
  if (entry.status === 'in_progress') return claimEntry(context, record, { ...state, attempts: state.attempts + 1 });
  const { key, version } = record;
  await context.storage.commit({
    checks: [{ check: 'version', key, version }],
    writes: [writeEntry('put', entry, { state, fence: record.fence + 1, dueAt: null })],
  });
  return null;
}
