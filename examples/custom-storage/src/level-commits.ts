import {
  type Check,
  type Commit,
  type CommitResult,
  type Conflict,
  type Insert,
  type Lease,
  ownerOf,
  partitionOf,
  partitionOfCommit,
  type Put,
  RECORD_KINDS,
  type RecordKey,
  type RecordKind,
  runOfStream,
} from '@cogitator-ai/openai-storage';
import { dueKey, type Entry, filterKey, recordKey, recordsOf, uniqueKey } from './keys.ts';
import type { LevelEventLog } from './level-event-log.ts';
import { find } from './level-records.ts';
import type { Store, Transaction } from './store.ts';

const KINDS = Object.keys(RECORD_KINDS) as RecordKind[];

/** Carries a conflict out of a transaction, which is then not written. */
class Refusal extends Error {
  readonly conflict: Conflict;

  constructor(conflict: Conflict) {
    super(conflict.reason);
    this.conflict = conflict;
  }
}

/** Writes of records, with their indexes and events. */
export class LevelCommits {
  readonly #store: Store;
  readonly #events: LevelEventLog;

  constructor(store: Store, events: LevelEventLog) {
    this.#store = store;
    this.#events = events;
  }

  async commit(commit: Commit): Promise<CommitResult> {
    this.#store.assertOpen();
    const partition = partitionOfCommit(commit);
    try {
      return await this.#store.transact(partition, (transaction) => this.#apply(transaction, commit));
    } catch (error) {
      if (error instanceof Refusal) return { ok: false, conflict: error.conflict };
      throw error;
    }
  }

  async renew(leases: readonly Lease[], dueAt: number): Promise<boolean[]> {
    this.#store.assertOpen();
    return Promise.all(
      leases.map(({ key, fence }) =>
        this.#store.transact(partitionOf(key), async (transaction) => {
          const stored = await find(transaction, key);
          if (!stored || stored.record.fence !== fence || stored.record.dueAt === null) return false;
          removeIndexes(transaction, stored);
          const entry = { ...stored, record: { ...stored.record, dueAt } };
          transaction.put(recordKey(key), entry);
          addIndexes(transaction, entry);
          return true;
        }),
      ),
    );
  }

  async #apply(transaction: Transaction, { checks = [], writes = [], events }: Commit): Promise<CommitResult> {
    for (const check of checks) await verify(transaction, check);
    for (const write of writes) {
      if (write.write === 'delete') await this.#delete(transaction, write.key);
      else await replace(transaction, write);
    }
    if (!events) return { ok: true };
    const run = runOfStream(events.stream);
    if (!(await find(transaction, run))) throw new Refusal({ reason: 'missing', key: run });
    const lastEvent = await this.#events.write(transaction, events);
    if (lastEvent === null) throw new Refusal({ reason: 'fence', key: null });
    return { ok: true, lastEvent };
  }

  async #delete(transaction: Transaction, key: RecordKey): Promise<void> {
    const stored = await find(transaction, key);
    if (!stored) return;
    const entries = [stored];
    // The keys of all that a record owns, at any depth, begin alike.
    for (const kind of kindsBelow(key.kind)) {
      entries.push(...(await transaction.values(recordsOf(kind, [...key.path, key.id]))));
    }
    for (const entry of entries) {
      const owned = entry.record.key;
      transaction.delete(recordKey(owned));
      removeIndexes(transaction, entry);
      if (owned.kind === 'run') await this.#events.drop(transaction, { partition: partitionOf(owned), id: owned.id });
    }
  }
}

async function verify(transaction: Transaction, check: Check): Promise<void> {
  const { key } = check;
  if (check.check === 'free') return refuseTaken(transaction, key, check.unique);
  const record = (await find(transaction, key))?.record;
  if (!record) throw new Refusal({ reason: 'missing', key });
  if (check.check === 'version' && record.version !== check.version) throw new Refusal({ reason: 'version', key });
  if (check.check === 'fence' && record.fence !== check.fence) throw new Refusal({ reason: 'fence', key });
}

async function refuseTaken(transaction: Transaction, key: RecordKey, unique: string): Promise<void> {
  const holder = await transaction.get(uniqueKey(partitionOf(key), unique));
  if (holder !== undefined) throw new Refusal({ reason: 'taken', unique, holder });
}

async function replace(transaction: Transaction, write: Insert | Put): Promise<void> {
  const { key, body, state = null, dueAt = null, unique = null, filters = {} } = write;
  const stored = await find(transaction, key);
  if (write.write === 'insert') {
    if (stored) throw new Refusal({ reason: 'exists', key });
    const owner = ownerOf(key);
    if (owner && !(await find(transaction, owner))) throw new Refusal({ reason: 'missing', key: owner });
  } else {
    if (!stored) throw new Refusal({ reason: 'missing', key });
    if (write.fence !== undefined && write.fence < stored.record.fence) throw new Refusal({ reason: 'fence', key });
  }
  if (stored) removeIndexes(transaction, stored);
  if (unique !== null) await refuseTaken(transaction, key, unique);
  const version = (stored?.record.version ?? 0) + 1;
  const fence = write.fence ?? stored?.record.fence ?? 0;
  const entry: Entry = { record: { key, body, state, version, fence, dueAt }, unique, filters };
  transaction.put(recordKey(key), entry);
  addIndexes(transaction, entry);
}

function addIndexes(transaction: Transaction, { record, unique, filters }: Entry): void {
  const { key, dueAt } = record;
  if (unique !== null) transaction.put(uniqueKey(partitionOf(key), unique), key.id);
  if (dueAt !== null) transaction.put(dueKey(key, dueAt), recordKey(key));
  for (const [name, value] of Object.entries(filters)) transaction.put(filterKey(key, name, value), recordKey(key));
}

function removeIndexes(transaction: Transaction, { record, unique, filters }: Entry): void {
  const { key, dueAt } = record;
  if (unique !== null) transaction.delete(uniqueKey(partitionOf(key), unique));
  if (dueAt !== null) transaction.delete(dueKey(key, dueAt));
  for (const [name, value] of Object.entries(filters)) transaction.delete(filterKey(key, name, value));
}

function kindsBelow(owner: RecordKind): RecordKind[] {
  return KINDS.flatMap((kind) => (RECORD_KINDS[kind].parent === owner ? [kind, ...kindsBelow(kind)] : []));
}
