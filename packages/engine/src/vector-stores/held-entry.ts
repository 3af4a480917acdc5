import type { VectorStoreFile } from '@cogitator-ai/openai-protocol';
import type { Lease, StoredRecord } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { parseRecord } from '../records/parse-record.ts';
import { type EntryState, entryState, writeEntry } from './stored-entry.ts';

/** A file of a store that this process has claimed and works on. Its writes carry the fence of the claim. */
export interface HeldEntry {
  readonly entry: VectorStoreFile;
  readonly lease: Lease & { readonly key: StoredRecord<'vector_store_file'>['key'] };
  /** How often it was begun to be made searchable, this time included. */
  readonly attempts: number;
  /** Aborted when it is somebody else's, or gone. */
  readonly lost: AbortSignal;
  lose(): void;
}

/**
 * Claims a file, by raising its fence: whoever held it before can write no more. Its lease is renewed until it is given back or
 * taken from `leases`.
 *
 * @param state - What is remembered of it from here on. Default what was.
 * @returns `null` when somebody else has.
 */
export async function claimEntry(
  { storage, leases, limits }: EngineContext,
  record: StoredRecord<'vector_store_file'>,
  state: EntryState = entryState(record),
): Promise<HeldEntry | null> {
  const { key, version } = record;
  const entry = parseRecord(record);
  const fence = record.fence + 1;
  const dueAt = (await storage.now()) + limits.leaseMs;
  const { ok } = await storage.commit({
    checks: [{ check: 'version', key, version }],
    writes: [writeEntry('put', entry, { state, fence, dueAt })],
  });
  if (!ok) return null;
  const lost = new AbortController();
  const held: HeldEntry = {
    entry,
    lease: { key, fence },
    attempts: state.attempts,
    lost: lost.signal,
    lose: () => lost.abort(),
  };
  leases.add(held);
  return held;
}

/** What is to become of a file that is given back unfinished. */
export interface GivenBack {
  /** When it is to be taken up, in ms from now; `null`: not at all. */
  readonly restMs: number | null;
  /** Default those of the claim. */
  readonly attempts?: number;
}

/** Gives a file back that is not finished. Never rejects: at worst it is taken up when the lease runs out. */
export async function giveBack(
  { storage, leases, logger }: EngineContext,
  held: HeldEntry,
  { restMs, attempts = held.attempts }: GivenBack,
): Promise<void> {
  const { lease } = held;
  try {
    // A heartbeat would take back what is given away here.
    await leases.release(held);
    const record = await storage.get(lease.key);
    // Without a time it is finished.
    if (record?.fence !== lease.fence || record.dueAt === null) return;
    const dueAt = restMs === null ? null : (await storage.now()) + restMs;
    await storage.commit({
      checks: [{ check: 'version', key: record.key, version: record.version }],
      writes: [writeEntry('put', parseRecord(record), { state: { ...entryState(record), attempts }, dueAt })],
    });
  } catch (err) {
    logger.warn({ fileId: lease.key.id, err }, 'A file is left to others when its lease runs out.');
  }
}
