import type { ListRequest, RecordKind, Storage, StoredRecord } from '@cogitator-ai/openai-storage';
import { parseRecord } from './parse-record.ts';

/** Records read at a time, unless the caller says. */
const PAGE = 100;

/** What names a collection and its order. */
type Collection<K extends RecordKind> = Pick<ListRequest<K>, 'kind' | 'path' | 'order' | 'where'>;

/** The objects of a whole collection, read page by page as they are taken. */
export async function* walkRecords<K extends RecordKind>(
  storage: Storage,
  collection: Collection<K>,
  pageSize = PAGE,
): AsyncGenerator<ReturnType<typeof parseRecord<K>>> {
  for await (const record of walkStored(storage, collection, pageSize)) yield parseRecord(record);
}

/** The records of a whole collection, likewise. */
export async function* walkStored<K extends RecordKind>(
  storage: Storage,
  collection: Collection<K>,
  pageSize = PAGE,
): AsyncGenerator<StoredRecord<K>> {
  let after: string | undefined;
  for (;;) {
    const { records, hasMore } = await storage.list({ ...collection, limit: pageSize, after });
    yield* records;
    after = records.at(-1)?.key.id;
    if (!hasMore || after === undefined) return;
  }
}
