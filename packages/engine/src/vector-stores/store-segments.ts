import type { Storage, StoredRecord } from '@cogitator-ai/openai-storage';
import { parseRecord } from '../records/parse-record.ts';
import type { SegmentRecord } from './segment-record.ts';
import { storeState } from './stored-store.ts';

/** Records read at a time. */
const PAGE = 1000;
/** Most segments remembered, of all stores together. */
const MAX_REMEMBERED = 200_000;

/** What can be searched in vector stores, remembered for as long as it does not change. */
export class StoreSegments {
  readonly #storage: Storage;
  readonly #remembered = new Map<string, { generation: number; segments: readonly SegmentRecord[] }>();
  #count = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** @param record - The store as it is now. */
  async of(record: StoredRecord<'vector_store'>): Promise<readonly SegmentRecord[]> {
    const storeId = record.key.id;
    const { generation } = storeState(record);
    const known = this.#remembered.get(storeId);
    // Those used last come last.
    this.#forget(storeId);
    const segments = known?.generation === generation ? known.segments : await this.#read(storeId);
    this.#forget(storeId);
    this.#remembered.set(storeId, { generation, segments });
    this.#count += segments.length;
    for (const oldest of this.#remembered.keys()) {
      if (this.#count <= MAX_REMEMBERED) break;
      this.#forget(oldest);
    }
    return segments;
  }

  async #read(storeId: string): Promise<SegmentRecord[]> {
    const segments: SegmentRecord[] = [];
    let after: string | undefined;
    for (;;) {
      const request = { kind: 'segment', path: [storeId], limit: PAGE, order: 'asc', after } as const;
      const { records, hasMore } = await this.#storage.list(request);
      segments.push(...records.map((record) => parseRecord(record)));
      after = records.at(-1)?.key.id;
      if (!hasMore || after === undefined) return segments;
    }
  }

  #forget(storeId: string): void {
    this.#count -= this.#remembered.get(storeId)?.segments.length ?? 0;
    this.#remembered.delete(storeId);
  }
}
