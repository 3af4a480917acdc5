import type { ListRequest, RecordKind, Storage } from '@cogitator-ai/openai-storage';
import { parseRecord } from './parse-record.ts';

/** Records read at a time. */
const PAGE = 100;

/** The objects of a whole collection, read page by page as they are taken. */
export async function* walkRecords<K extends RecordKind>(
  storage: Storage,
  collection: Pick<ListRequest<K>, 'kind' | 'path' | 'order' | 'where'>,
): AsyncGenerator<ReturnType<typeof parseRecord<K>>> {
  let after: string | undefined;
  for (;;) {
    const { records, hasMore } = await storage.list({ ...collection, limit: PAGE, after });
    for (const record of records) yield parseRecord(record);
    after = records.at(-1)?.key.id;
    if (!hasMore || after === undefined) return;
  }
}
