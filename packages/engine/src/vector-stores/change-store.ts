import type { VectorStore } from '@cogitator-ai/openai-protocol';
import type { Check, Write } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { vectorStoreKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import { untilSettled } from '../records/until-settled.ts';
import { type StoreState, storeState, writeStore } from './stored-store.ts';

/** A store as it was read. */
export interface FoundStore {
  readonly store: VectorStore;
  readonly state: StoreState;
}

/** What is to become of a store, and what is written with it. */
export interface StoreChange<T> extends FoundStore {
  readonly checks?: readonly Check[];
  readonly writes?: readonly Write[];
  readonly result: T;
}

/**
 * Changes a store and what belongs to it in one commit: its counts always say what its files are.
 *
 * @param change - Asked again when somebody else wrote in between, so it reads what it depends on each time and checks the versions.
 * `null`: there is nothing to change. May throw to refuse.
 * @returns The change's result; `null` when there was nothing to change, or no store.
 */
export function changeStore<T>(
  { storage }: Pick<EngineContext, 'storage'>,
  storeId: string,
  change: (found: FoundStore) => Promise<StoreChange<T> | null> | StoreChange<T> | null,
): Promise<T | null> {
  const key = vectorStoreKey(storeId);
  return untilSettled(async () => {
    const record = await storage.get(key);
    const changed = record && (await change({ store: parseRecord(record), state: storeState(record) }));
    if (!changed) return null;
    const { store, state, checks = [], writes = [], result } = changed;
    const { ok } = await storage.commit({
      checks: [{ check: 'version', key, version: record.version }, ...checks],
      writes: [await writeStore(storage, 'put', store, state), ...writes],
    });
    return ok ? result : undefined;
  });
}
