import { Json, type VectorStore } from '@cogitator-ai/openai-protocol';
import type { Insert, Put, Storage, StoredRecord } from '@cogitator-ai/openai-storage';
import { unixSeconds } from '../engine-context.ts';
import { vectorStoreKey } from '../records/keys.ts';

const SECONDS_PER_DAY = 86_400;
/** A pause after which whoever removes the files of a store is taken for lost, in ms. */
const CLEARING_MS = 2000;

/** What is remembered of a store and no client sees. */
export interface StoreState {
  /** One more with each commit that changes what a search can find. */
  readonly generation: number;
  /** Why its files are being removed: it has expired and stays, or is deleted and goes as well. Default they are not. */
  readonly clearing?: 'expired' | 'deleted';
}

export function storeState({ state }: Pick<StoredRecord<'vector_store'>, 'state'>): StoreState {
  return state === null ? { generation: 0 } : (JSON.parse(state) as StoreState);
}

/** The store as it is used now, by which it expires later. */
export function used(store: VectorStore): VectorStore {
  const now = unixSeconds();
  return withExpiry({ ...store, last_active_at: now });
}

/** The store with the time of its expiry as its policy has it. */
export function withExpiry(store: VectorStore): VectorStore {
  const { expires_after: policy, last_active_at: since } = store;
  return { ...store, expires_at: policy && since + policy.days * SECONDS_PER_DAY };
}

/** The store with another policy. One that would have expired by it long ago counts as used now. */
export function withPolicy(store: VectorStore, policy: VectorStore['expires_after']): VectorStore {
  const changed = withExpiry({ ...store, expires_after: policy });
  const { expires_at: expiresAt, status } = changed;
  return expiresAt !== null && expiresAt <= unixSeconds() && status !== 'expired' ? used(changed) : changed;
}

/** The write of a store. It is due when it expires, and when whoever removes its files writes no more. */
export async function writeStore<W extends 'insert' | 'put'>(
  storage: Storage,
  write: W,
  store: VectorStore,
  state: StoreState,
): Promise<(Insert | Put) & { write: W }>;
export async function writeStore(
  storage: Storage,
  write: 'insert' | 'put',
  store: VectorStore,
  state: StoreState,
): Promise<Insert | Put> {
  const { expires_at: expiresAt, status } = store;
  const expiryMs = expiresAt === null || status === 'expired' ? null : (expiresAt - unixSeconds()) * 1000;
  const dueMs = state.clearing ? CLEARING_MS : expiryMs;
  return {
    write,
    key: vectorStoreKey(store.id),
    body: Json.of(store).text,
    state: JSON.stringify(state),
    dueAt: dueMs === null ? null : (await storage.now()) + dueMs,
  };
}
