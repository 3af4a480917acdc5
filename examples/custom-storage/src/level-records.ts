import {
  isListRequest,
  isRecordKey,
  type ListRequest,
  partitionOfKeys,
  type RecordKey,
  type RecordKind,
  type RecordPage,
  type RecordReader,
  type StoredRecord,
} from '@cogitator-ai/openai-storage';
import { between, dueUntil, type Entry, filteredBy, recordKey, recordsOf } from './keys.ts';
import type { Store, View } from './store.ts';

/** Reads of records; each at one moment. */
export class LevelRecords implements RecordReader {
  readonly #store: Store;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  async get<K extends RecordKind>(key: RecordKey<K>): Promise<StoredRecord<K> | null> {
    const entry = await this.#store.read((view) => find(view, key));
    return (entry?.record ?? null) as StoredRecord<K> | null;
  }

  async getMany<K extends RecordKind>(keys: readonly RecordKey<K>[]): Promise<(StoredRecord<K> | null)[]> {
    this.#store.assertOpen();
    if (keys.length > 0) partitionOfKeys(keys);
    const entries = await this.#store.read((view) => Promise.all(keys.map((key) => find(view, key))));
    return entries.map((entry) => entry?.record ?? null) as (StoredRecord<K> | null)[];
  }

  async list<K extends RecordKind>(request: ListRequest<K>): Promise<RecordPage<K>> {
    this.#store.assertOpen();
    if (!isListRequest(request)) return { records: [], hasMore: false };
    const { kind, path, limit, order, after, before, where = {} } = request;
    const backwards = before !== undefined && after === undefined;
    const [lower, upper] = order === 'asc' ? [after, before] : [before, after];
    // One more than asked for tells whether there is more.
    const options = { reverse: (order === 'desc') !== backwards, limit: limit + 1 };
    // No kind has more than one filter.
    const [filter] = Object.entries(where);
    const entries = await this.#store.read(async (view) =>
      filter
        ? follow(view, await view.values(between(filteredBy(request, filter), lower, upper), options))
        : view.values(between(recordsOf(kind, path), lower, upper), options),
    );
    const page = entries.slice(0, limit).map(({ record }) => record as StoredRecord<K>);
    return { records: backwards ? page.reverse() : page, hasMore: entries.length > limit };
  }

  async due<K extends RecordKind>(kind: K, limit: number): Promise<StoredRecord<K>[]> {
    const range = dueUntil(kind, this.#now());
    const entries = await this.#store.read(async (view) => follow(view, await view.values(range, { limit })));
    return entries.map(({ record }) => record as StoredRecord<K>);
  }
}

/** Any text may come from a client; only an identifier can be part of a key. */
export async function find(view: View, key: RecordKey): Promise<Entry | undefined> {
  return isRecordKey(key) ? view.get(recordKey(key)) : undefined;
}

/** The records that an index points at. It is written with them, so they are all there. */
async function follow(view: View, keys: string[]): Promise<Entry[]> {
  return (await view.getMany<Entry>(keys)).filter((entry) => entry !== undefined);
}
