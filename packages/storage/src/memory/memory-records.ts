import type { Commit, Conflict, Insert, Put, Write } from '../contract/commit.ts';
import {
  isListRequest,
  isRecordKey,
  ownedCollections,
  ownerOf,
  partitionOf,
  runOfStream,
} from '../contract/partition.ts';
import type { ListRequest, RecordKey, RecordKind, RecordPage, StoredRecord } from '../contract/records.ts';
import { SortedCollection } from './sorted-collection.ts';

interface Entry {
  record: StoredRecord;
  readonly unique: string | null;
  readonly filters: Readonly<Record<string, string>>;
}

type CollectionName = Pick<RecordKey, 'kind' | 'path'>;

/** Records in maps. Synchronous, so that every call is atomic. */
export class MemoryRecords {
  readonly #entries = new Map<string, Entry>();
  readonly #collections = new Map<string, SortedCollection<Entry>>();
  /** Ids of the records that hold unique values. */
  readonly #uniqueHolders = new Map<string, string>();
  readonly #due = new Map<RecordKind, Set<Entry>>();

  get<K extends RecordKind>(key: RecordKey<K>): StoredRecord<K> | null {
    return (this.#find(key)?.record ?? null) as StoredRecord<K> | null;
  }

  list<K extends RecordKind>(request: ListRequest<K>): RecordPage<K> {
    const [filter, ...otherFilters] = Object.entries(request.where ?? {});
    const collection = this.#collections.get(collectionName(request, filter));
    if (!collection || !isListRequest(request)) return { records: [], hasMore: false };

    const [lowerCursor, upperCursor] =
      request.order === 'asc' ? [request.after, request.before] : [request.before, request.after];
    const start = lowerCursor === undefined ? 0 : collection.upperBound(lowerCursor);
    const end = Math.max(start, upperCursor === undefined ? collection.size : collection.lowerBound(upperCursor));

    const backwards = request.before !== undefined && request.after === undefined;
    const fromTheTop = (request.order === 'desc') !== backwards;
    const page: StoredRecord[] = [];
    let hasMore = false;
    // One entry beyond the limit tells whether there is more.
    const step = request.limit + 1;
    for (let offset = 0; offset < end - start && !hasMore; offset += step) {
      const chunk = fromTheTop
        ? collection.slice(Math.max(start, end - offset - step), end - offset).toReversed()
        : collection.slice(start + offset, Math.min(end, start + offset + step));
      for (const entry of chunk) {
        if (otherFilters.some(([name, value]) => entry.filters[name] !== value)) continue;
        if (page.length === request.limit) {
          hasMore = true;
          break;
        }
        page.push(entry.record);
      }
    }
    if (backwards) page.reverse();
    return { records: page as StoredRecord<K>[], hasMore };
  }

  due<K extends RecordKind>(kind: K, now: number, limit: number): StoredRecord<K>[] {
    return [...(this.#due.get(kind) ?? [])]
      .map(({ record }) => record)
      .filter((record) => (record.dueAt as number) <= now)
      .sort((a, b) => (a.dueAt as number) - (b.dueAt as number))
      .slice(0, limit) as StoredRecord<K>[];
  }

  /** The first check or write of the commit that cannot hold, or `null` when all can. */
  findConflict(commit: Commit): Conflict | null {
    for (const check of commit.checks ?? []) {
      const { key } = check;
      if (check.check === 'free') {
        const holder = this.#uniqueHolders.get(uniqueName(key, check.unique));
        if (holder !== undefined) return { reason: 'taken', unique: check.unique, holder };
        continue;
      }
      const record = this.get(key);
      if (!record) return { reason: 'missing', key };
      if (check.check === 'version' && record.version !== check.version) return { reason: 'version', key };
      if (check.check === 'fence' && record.fence !== check.fence) return { reason: 'fence', key };
    }
    // Writes of one commit see each other: what an earlier one makes or frees counts for a later one.
    const inserted = new Set<string>();
    const holders = new Map<string, string | null>();
    for (const write of commit.writes ?? []) {
      const conflict = this.#findWriteConflict(write, inserted, holders);
      if (conflict) return conflict;
    }
    const run = commit.events && runOfStream(commit.events.stream);
    return run && !this.#find(run) && !inserted.has(entryName(run)) ? { reason: 'missing', key: run } : null;
  }

  /** Whether the record was due some time, with this fence, and now is at another. */
  renew(key: RecordKey, fence: number, dueAt: number): boolean {
    const entry = this.#find(key);
    if (!entry || entry.record.fence !== fence || entry.record.dueAt === null) return false;
    entry.record = { ...entry.record, dueAt };
    return true;
  }

  apply(write: Write): void {
    if (write.write === 'delete') this.#delete(write.key);
    else this.#store(write);
  }

  /** All records of a kind that the key's record owns, at any depth. */
  *owned(key: RecordKey): Generator<RecordKey> {
    if (!isRecordKey(key)) return;
    for (const name of ownedCollections(key)) {
      const collection = this.#collections.get(collectionName(name));
      for (const { record } of collection?.slice(0, collection.size) ?? []) {
        yield record.key;
        yield* this.owned(record.key);
      }
    }
  }

  #find(key: RecordKey): Entry | undefined {
    return isRecordKey(key) ? this.#entries.get(entryName(key)) : undefined;
  }

  #findWriteConflict(write: Write, inserted: Set<string>, holders: Map<string, string | null>): Conflict | null {
    const { key } = write;
    const stored = this.#find(key);
    if (write.write === 'delete') {
      for (const owned of [key, ...this.owned(key)]) {
        const unique = this.#find(owned)?.unique;
        if (unique) holders.set(uniqueName(owned, unique), null);
      }
      return null;
    }
    if (write.write === 'insert') {
      if (stored) return { reason: 'exists', key };
      const owner = ownerOf(key);
      if (owner && !this.#find(owner) && !inserted.has(entryName(owner))) return { reason: 'missing', key: owner };
      inserted.add(entryName(key));
    } else {
      if (!stored) return { reason: 'missing', key };
      if (write.fence !== undefined && write.fence < stored.record.fence) return { reason: 'fence', key };
      if (stored.unique) holders.set(uniqueName(key, stored.unique), null);
    }
    if (write.unique) {
      const name = uniqueName(key, write.unique);
      const holder = holders.has(name) ? holders.get(name) : this.#uniqueHolders.get(name);
      if (typeof holder === 'string') return { reason: 'taken', unique: write.unique, holder };
      holders.set(name, key.id);
    }
    return null;
  }

  #store(write: Insert | Put): void {
    const { key } = write;
    const previous = this.#entries.get(entryName(key));
    if (previous) this.#unindex(previous);
    const entry: Entry = {
      record: {
        key,
        body: write.body,
        state: write.state ?? null,
        version: (previous?.record.version ?? 0) + 1,
        fence: write.fence ?? previous?.record.fence ?? 0,
        dueAt: write.dueAt ?? null,
      },
      unique: write.unique ?? null,
      filters: write.filters ?? {},
    };
    this.#entries.set(entryName(key), entry);
    for (const name of indexNames(entry)) {
      let collection = this.#collections.get(name);
      if (!collection) this.#collections.set(name, (collection = new SortedCollection()));
      collection.add(key.id, entry);
    }
    if (entry.unique !== null) this.#uniqueHolders.set(uniqueName(key, entry.unique), key.id);
    if (entry.record.dueAt !== null) {
      let due = this.#due.get(key.kind);
      if (!due) this.#due.set(key.kind, (due = new Set()));
      due.add(entry);
    }
  }

  #delete(key: RecordKey): void {
    // Greatest ids first: taking the last entry off a collection costs the same at any size.
    for (const owned of [key, ...this.owned(key)].reverse()) {
      const entry = this.#find(owned);
      if (!entry) continue;
      this.#unindex(entry);
      this.#entries.delete(entryName(owned));
    }
  }

  #unindex(entry: Entry): void {
    const { key } = entry.record;
    for (const name of indexNames(entry)) {
      const collection = this.#collections.get(name);
      collection?.remove(key.id);
      if (collection?.size === 0) this.#collections.delete(name);
    }
    if (entry.unique !== null) this.#uniqueHolders.delete(uniqueName(key, entry.unique));
    this.#due.get(key.kind)?.delete(entry);
  }
}

function entryName({ kind, path, id }: RecordKey): string {
  return `${kind}/${path.join('/')}/${id}`;
}

function collectionName({ kind, path }: CollectionName, filter?: [name: string, value: string]): string {
  const name = `${kind}/${path.join('/')}`;
  return filter ? `${name}?${filter[0]}=${filter[1]}` : name;
}

function indexNames({ record, filters }: Entry): string[] {
  return [collectionName(record.key), ...Object.entries(filters).map((filter) => collectionName(record.key, filter))];
}

function uniqueName(key: RecordKey, unique: string): string {
  return `${partitionOf(key)}/${unique}`;
}
