import type { ListRequest, RecordKind, Storage, StoredRecord } from '@cogitator-ai/openai-storage';
import { parseRecord } from './parse-record.ts';

/** Records read at a time. */
const PAGE = 100;

/** What names a collection and its order. */
type Collection<K extends RecordKind> = Pick<ListRequest<K>, 'kind' | 'path' | 'order' | 'where'>;

/** The objects of a whole collection, read page by page as they are taken. */
export async function* walkRecords<K extends RecordKind>(
  storage: Storage,
  collection: Collection<K>,
): AsyncGenerator<ReturnType<typeof parseRecord<K>>> {
  for await (const record of walkStored(storage, collection)) yield parseRecord(record);
}

/** The records of a whole collection, likewise. */
export async function* walkStored<K extends RecordKind>(
  storage: Storage,
  collection: Collection<K>,
): AsyncGenerator<StoredRecord<K>> {
  let after: string | undefined;
  for (;;) {
    const { records, hasMore } = await storage.list({ ...collection, limit: PAGE, after });
    yield* records;
    after = records.at(-1)?.key.id;
    if (!hasMore || after === undefined) return;
  }
}
