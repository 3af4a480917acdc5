import type { RecordKey, RecordKind, StoredRecord } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';

/** Records handled between two looks. */
const BATCH = 100;
/** Records that a sweep leaves due before it ends. */
const MAX_LEFT = 1000;

/**
 * Handles the records of a kind whose time has come, soonest first, each once. One that fails or that others have
 * in hand does not keep the rest from being handled.
 *
 * @param handle - Answers whether the record is no longer due.
 * @param options.signal - Ends the sweep before the next record.
 */
export async function sweepDue<K extends RecordKind>(
  { storage, logger }: Pick<EngineContext, 'storage' | 'logger'>,
  kind: K,
  handle: (record: StoredRecord<K>) => Promise<boolean>,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const left = new Set<string>();
  while (left.size < MAX_LEFT) {
    const due = await storage.due(kind, BATCH + left.size);
    const records = due.filter(({ key }) => !left.has(toText(key)));
    for (const record of records) {
      if (signal.aborted) return;
      try {
        if (await handle(record)) continue;
      } catch (err) {
        logger.error({ err, kind, id: record.key.id }, 'What was due could not be done; the next sweep tries again.');
      }
      left.add(toText(record.key));
    }
    if (records.length < BATCH) return;
  }
}

function toText({ path, id }: RecordKey): string {
  return [...path, id].join('/');
}
