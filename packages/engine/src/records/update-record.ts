import { Json } from '@cogitator-ai/openai-protocol';
import type { RecordFields, RecordKey, RecordKind, Storage, StoredRecord } from '@cogitator-ai/openai-storage';
import { untilSettled } from './until-settled.ts';
import { parseRecord } from './parse-record.ts';

/**
 * Reads a record, changes it, and writes it back unless somebody else did meanwhile; then tries again.
 *
 * @param change - The new object and the fields stored with it. May throw to refuse.
 * @param missing - The error when there is no such record.
 */
export async function updateRecord<K extends RecordKind, T extends ReturnType<typeof parseRecord<K>>>(
  storage: Storage,
  key: RecordKey<K>,
  change: (value: T, record: StoredRecord<K>) => { value: T; fields?: Omit<RecordFields, 'body'> },
  missing: () => Error | Promise<Error>,
): Promise<Json<T>> {
  return untilSettled(async () => {
    const record = await storage.get(key);
    if (!record) throw await missing();
    const { value, fields } = change(parseRecord(record) as T, record);
    const json = Json.of(value);
    const result = await storage.commit({
      checks: [{ check: 'version', key, version: record.version }],
      writes: [{ ...fields, write: 'put', key, body: json.text }],
    });
    return result.ok ? json : undefined;
  });
}
