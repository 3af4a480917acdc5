import type { Storage, StoredRecord } from '@cogitator-ai/openai-storage';
import { walkRecords } from '../records/walk-records.ts';
import type { SegmentRecord } from './segment-record.ts';
import { storeState } from './stored-store.ts';

/** Records read at a time. */
const PAGE = 1000;
/** Most segments remembered, of all stores together, and most stores. */
const MAX_REMEMBERED = 200_000;
const MAX_STORES = 10_000;

/** What can be searched in vector stores, remembered for as long as it does not change. */
export class StoreSegments {
  readonly #storage: Storage;
  readonly #remembered = new Map<
    string,
    { generation: number; segments: Promise<readonly SegmentRecord[]>; count: number }
  >();
  #count = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** @param record - The store as it is now. */
  of(record: StoredRecord<'vector_store'>): Promise<readonly SegmentRecord[]> {
    const storeId = record.key.id;
    const { generation } = storeState(record);
    const known = this.#remembered.get(storeId);
    if (known?.generation === generation) {
      // Those used last come last.
      this.#remembered.delete(storeId);
      this.#remembered.set(storeId, known);
      return known.segments;
    }
    this.#forget(storeId);
    const segments = this.#read(storeId);
    const reading = { generation, segments, count: 0 };
    this.#remembered.set(storeId, reading);
    segments.then(
      ({ length }) => this.#grow(storeId, reading, length),
      () => {
        if (this.#remembered.get(storeId) === reading) this.#forget(storeId);
      },
    );
    return segments;
  }

  #grow(storeId: string, entry: { count: number }, count: number): void {
    if (this.#remembered.get(storeId) !== entry) return;
    entry.count = count;
    this.#count += count;
    for (const oldest of this.#remembered.keys()) {
      if (this.#count <= MAX_REMEMBERED && this.#remembered.size <= MAX_STORES) break;
      this.#forget(oldest);
    }
  }

  async #read(storeId: string): Promise<SegmentRecord[]> {
    const segments: SegmentRecord[] = [];
    for await (const segment of walkRecords(this.#storage, { kind: 'segment', path: [storeId], order: 'asc' }, PAGE)) {
      segments.push(segment);
    }
    return segments;
  }

  #forget(storeId: string): void {
    this.#count -= this.#remembered.get(storeId)?.count ?? 0;
    this.#remembered.delete(storeId);
  }
}
