import { createIdFactory } from '@cogitator-ai/openai-protocol';
import type {
  Commit,
  CommitResult,
  ListRequest,
  RecordKey,
  RecordKind,
  RecordPage,
  Storage,
  StoredRecord,
} from '@cogitator-ai/openai-storage';

/** A thread with all it owns. */
export type ThreadRecords = Pick<Storage, 'get' | 'getMany' | 'list' | 'commit'>;

/** Whether ids are in the order in which their records are listed. */
export function isRising(ids: readonly string[]): boolean {
  return ids.every((id, index) => index === 0 || (ids[index - 1] as string) < id);
}

/**
 * The records of a thread whose messages were kept in this order: they are listed so, whatever their ids are, and messages to
 * come after them.
 */
export function inOrder(records: ThreadRecords, messageIds: readonly string[]): ThreadRecords {
  const next = createIdFactory().create('message');
  return isRising([...messageIds, next]) ? records : new PlacedMessages(records, messageIds);
}

/** Stores messages under their places, and tells of them by their ids. */
class PlacedMessages implements ThreadRecords {
  readonly #records: ThreadRecords;
  readonly #places: ReadonlyMap<string, string>;
  readonly #ids: ReadonlyMap<string, string>;

  constructor(records: ThreadRecords, ids: readonly string[]) {
    this.#records = records;
    const places = ids.map((id, index) => [id, placeOf(index)] as const);
    this.#places = new Map(places);
    this.#ids = new Map(places.map(([id, place]) => [place, id]));
  }

  async get<K extends RecordKind>(key: RecordKey<K>): Promise<StoredRecord<K> | null> {
    const record = await this.#records.get(this.#placed({ key }).key);
    return record && this.#named(record);
  }

  async getMany<K extends RecordKind>(keys: readonly RecordKey<K>[]): Promise<(StoredRecord<K> | null)[]> {
    const records = await this.#records.getMany(keys.map((key) => this.#placed({ key }).key));
    return records.map((record) => record && this.#named(record));
  }

  async list<K extends RecordKind>(request: ListRequest<K>): Promise<RecordPage<K>> {
    if (request.kind !== 'message') return this.#records.list(request);
    const place = (cursor: string | undefined): string | undefined => this.#places.get(cursor ?? '') ?? cursor;
    const { after, before } = request;
    const page = await this.#records.list({ ...request, after: place(after), before: place(before) });
    return { ...page, records: page.records.map((record) => this.#named(record)) };
  }

  async commit(commit: Commit): Promise<CommitResult> {
    const { checks = [], writes = [] } = commit;
    const result = await this.#records.commit({
      ...commit,
      checks: checks.map((check) => this.#placed(check)),
      writes: writes.map((write) => this.#placed(write)),
    });
    if (result.ok || !('key' in result.conflict)) return result;
    return { ...result, conflict: this.#named(result.conflict) };
  }

  #placed<T extends { readonly key: RecordKey }>(item: T): T {
    return renamed(item, this.#places);
  }

  #named<T extends { readonly key: RecordKey | null }>(item: T): T {
    return renamed(item, this.#ids);
  }
}

/** Sorts ahead of every id that begins with a letter. */
function placeOf(index: number): string {
  return `-${String(index).padStart(9, '0')}`;
}

function renamed<T extends { readonly key: RecordKey | null }>(item: T, names: ReadonlyMap<string, string>): T {
  const { key } = item;
  const id = key?.kind === 'message' ? names.get(key.id) : undefined;
  return id === undefined ? item : { ...item, key: { ...key, id } };
}
