import type { VectorStore } from '@cogitator-ai/openai-protocol';
import type { Check, StoredRecord, Write } from '@cogitator-ai/openai-storage';
import { noteBlobs, settleBlobs } from '../blobs/owned-blobs.ts';
import type { EngineContext } from '../engine-context.ts';
import { segmentKey, vectorStoreKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import { untilSettled } from '../records/until-settled.ts';
import { type StoreState, storeState, writeStore } from './stored-store.ts';

/** A store as it was read. */
export interface FoundStore {
  readonly record: StoredRecord<'vector_store'>;
  readonly store: VectorStore;
  readonly state: StoreState;
}

/** What is to become of a store, and what is written with it. */
export interface StoreChange<T> {
  readonly store: VectorStore;
  readonly state: StoreState;
  readonly checks?: readonly Check[];
  readonly writes?: readonly Write[];
  /** Segments that are deleted before what is written, with their blobs. Default none. */
  readonly removedSegments?: readonly string[];
  readonly result: T;
}

/**
 * Changes a store and what belongs to it in one commit: its counts always say what its files are.
 *
 * @param change - Asked again when somebody else wrote in between, so it reads what it depends on each time and checks the versions.
 * `null`: there is nothing to change. May throw to refuse.
 * @returns The change's result; `null` when there was nothing to change, or no store.
 */
export async function changeStore<T>(
  context: Pick<EngineContext, 'storage' | 'logger'>,
  storeId: string,
  change: (found: FoundStore) => Promise<StoreChange<T> | null> | StoreChange<T> | null,
): Promise<T | null> {
  const { storage } = context;
  const key = vectorStoreKey(storeId);
  const noted = new Set<string>();
  const result = await untilSettled(async () => {
    const record = await storage.get(key);
    const changed = record && (await change({ record, store: parseRecord(record), state: storeState(record) }));
    if (!changed) return null;
    const { store, state, checks = [], writes = [], removedSegments = [] } = changed;
    const owners = removedSegments.map((id) => segmentKey(storeId, id));
    const unnoted = owners.filter(({ id }) => !noted.has(id));
    await noteBlobs(context, unnoted);
    for (const { id } of unnoted) noted.add(id);
    const { ok } = await storage.commit({
      checks: [{ check: 'version', key, version: record.version }, ...checks],
      writes: [
        await writeStore(storage, 'put', store, state),
        ...owners.map((owner) => ({ write: 'delete', key: owner }) as const),
        ...writes,
      ],
    });
    return ok ? changed : undefined;
  });
  const owners = [...noted].map((id) => segmentKey(storeId, id));
  await settleBlobs(context, owners);
  return result && result.result;
}
