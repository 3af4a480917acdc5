import type { RecordKind, StoredRecord } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';

/** Records read at a time. */
const BATCH = 100;

/**
 * Handles the records of a kind whose time has come, soonest first, until none is left. One that fails does not keep the
 * others from being handled.
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
  for (;;) {
    const records = await storage.due(kind, BATCH);
    let handled = 0;
    for (const record of records) {
      if (signal.aborted) return;
      try {
        if (await handle(record)) handled++;
      } catch (err) {
        logger.error({ err, kind, id: record.key.id }, 'What was due could not be done; the next sweep tries again.');
      }
    }
    // What others have in hand, or what fails, is still due: it is left to the next sweep.
    if (records.length < BATCH || handled === 0) return;
  }
}
