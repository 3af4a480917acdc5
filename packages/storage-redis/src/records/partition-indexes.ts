import type { Commit, RecordKey, RecordKind } from '@cogitator-ai/openai-storage';
import type { Connection } from '../database/connection.ts';
import type { KeySpace } from '../database/key-space.ts';
import type { Scripts } from '../database/scripts.ts';
import { isPartition } from './kinds.ts';
import { parseHead, type Walk } from './record-rows.ts';

/** How long after it was announced a commit may be applied, and its entries are looked at again, by the store's clock, in ms. */
const COMMIT_MS = 20_000;
const SETTLE_MS = 60_000;
/** Entries looked at together, and how many times in a row. */
const BATCH = 200;
const MAX_BATCHES = 50;

/** `all/thread` holds ids, `due/run` paths by their due time, `expiring/thread` ids by the time they may be deleted. */
type IndexName = `all/${RecordKind}` | `due/${RecordKind}` | 'expiring/thread';

interface Announcement {
  readonly index: IndexName;
  readonly member: string;
  /** Time, or `+` and ms from now. */
  readonly score: number | string;
}

/**
 * What spans partitions, and so cannot be written by the script that applies a commit: which threads there are, and what is due.
 *
 * An entry is written before the commit that it is for, and a commit so announced is applied within a time or not at all. So a
 * record always has its entry; an entry need not have a record. Readers look at the record, and some time after its last
 * announcement, when no commit can be under way any more, an entry is brought in line with its record.
 */
export class PartitionIndexes {
  readonly #connection: Connection;
  readonly #keySpace: KeySpace;
  readonly #scripts: Scripts;
  readonly #pending: string;

  constructor(connection: Connection, keySpace: KeySpace, scripts: Scripts) {
    this.#connection = connection;
    this.#keySpace = keySpace;
    this.#scripts = scripts;
    this.#pending = keySpace.index('pending');
  }

  /**
   * Writes the entries of a commit.
   *
   * @param ttlMs - How long threads live that nobody writes, or `null`.
   * @returns Store time in ms after which the commit must not be applied, or `null` when it has no entries.
   */
  async announce({ writes = [] }: Commit, ttlMs: number | null): Promise<number | null> {
    const announcements: Announcement[] = [];
    const deleted: string[] = [];
    for (const write of writes) {
      const { kind, id } = write.key;
      if (write.write !== 'delete' && write.dueAt != null) {
        announcements.push({ index: `due/${kind}`, member: pathOf(write.key), score: write.dueAt });
      }
      if (!isPartition(kind)) continue;
      if (write.write === 'delete') deleted.push(`all/${kind} ${id}`);
      if (write.write !== 'insert') continue;
      announcements.push({ index: `all/${kind}`, member: id, score: 0 });
      if (kind === 'thread' && ttlMs !== null) {
        announcements.push({ index: 'expiring/thread', member: id, score: `+${ttlMs}` });
      }
    }
    await this.#note('later', deleted);
    return announcements.length > 0 ? this.#announce(announcements) : null;
  }

  /** Ids of a kind that is not listed by its partition; there need not be records. */
  async page(kind: RecordKind, { isReverse, from, to }: Walk, limit: number): Promise<string[]> {
    const reverse = isReverse ? ['REV'] : [];
    const args = [this.#key(`all/${kind}`), from, to, 'BYLEX', ...reverse, 'LIMIT', 0, limit];
    return (await this.#connection.command('zrange', args)) as string[];
  }

  /** Records that may be due, with a time from which they may, soonest first. */
  async dueBefore(
    kind: RecordKind,
    now: number,
    offset: number,
    limit: number,
  ): Promise<[key: RecordKey, from: number][]> {
    const entries = await this.#scored(`due/${kind}`, now, offset, limit);
    return entries.map(([member, score]) => [keyOf(kind, member), score]);
  }

  /** Has records found no later than a time at which they are due. */
  async advance(keys: readonly RecordKey[], dueAt: number): Promise<void> {
    for (const [kind, ofKind] of Map.groupBy(keys, (key) => key.kind)) {
      const members = ofKind.flatMap((key) => [dueAt, pathOf(key)]);
      await this.#connection.command('zadd', [this.#key(`due/${kind}`), 'LT', ...members]);
    }
  }

  /** Ids of threads that may have expired. */
  async expiring(now: number, offset: number, limit: number): Promise<string[]> {
    return (await this.#scored('expiring/thread', now, offset, limit)).map(([id]) => id);
  }

  /** Has a thread looked at later again. */
  async postpone(threadId: string, until: number): Promise<void> {
    await this.#connection.command('zadd', [this.#key('expiring/thread'), 'XX', until, threadId]);
  }

  /** Has entries looked at that a reader found to be wrong, when nothing can be under way for them any more. */
  async suspect(kind: RecordKind, index: 'all' | 'due' | 'expiring', keys: readonly RecordKey[]): Promise<void> {
    await this.#note(
      'now',
      keys.map((key) => `${index}/${kind} ${pathOf(key)}`),
    );
  }

  /** Brings entries in line with their records that were announced a while ago, also by processes that are gone. */
  async settle(): Promise<void> {
    for (let batch = 0; batch < MAX_BATCHES; batch++) {
      const before = (await this.time()) - SETTLE_MS;
      const entries = await this.#scoredOf(this.#pending, before, 0, BATCH);
      await this.#settle(entries);
      if (entries.length < BATCH) return;
    }
  }

  /** The clock by which all of this happens, in ms. */
  async time(): Promise<number> {
    return Number(await this.#connection.run(this.#scripts.announce, [this.#pending], []));
  }

  async #settle(entries: readonly [entry: string, announcedAt: number][]): Promise<void> {
    if (entries.length === 0) return;
    const keys = [this.#pending];
    const args = await Promise.all(
      entries.map(async ([entry, announcedAt]) => {
        const [index, member] = entry.split(' ') as [IndexName, string];
        return { index, member, announcedAt, score: await this.#scoreByRecord(index, member) };
      }),
    );
    await this.#connection.run(
      this.#scripts.settle,
      keys,
      args.flatMap(({ index, member, announcedAt, score }) => {
        const key = this.#key(index);
        if (!keys.includes(key)) keys.push(key);
        return [keys.indexOf(key) + 1, index, member, announcedAt, score];
      }),
    );
  }

  /** The score an entry should have: empty for none, `=` for any. */
  async #scoreByRecord(index: IndexName, member: string): Promise<string> {
    const [name, kind] = index.split('/') as [string, RecordKind];
    const key = this.#keySpace.record(keyOf(kind, member));
    const head = (await this.#connection.command('hget', [key, 'head'])) as string | null;
    if (head === null) return '';
    return name === 'due' ? String(parseHead(head).dueAt ?? '') : '=';
  }

  async #note(when: 'now' | 'later', entries: readonly string[]): Promise<void> {
    if (entries.length === 0) return;
    try {
      await this.#connection.run(this.#scripts.suspect, [this.#pending], [when, ...entries]);
    } catch {
      // A server without room refuses this as well, and is still to be read and emptied.
    }
  }

  async #announce(announcements: readonly Announcement[]): Promise<number> {
    const keys = [this.#pending];
    const args = announcements.flatMap(({ index, member, score }) => {
      const key = this.#key(index);
      if (!keys.includes(key)) keys.push(key);
      return [keys.indexOf(key) + 1, index, member, score];
    });
    return Number(await this.#connection.run(this.#scripts.announce, keys, args)) + COMMIT_MS;
  }

  async #scored(index: IndexName, until: number, offset: number, limit: number): Promise<[string, number][]> {
    return this.#scoredOf(this.#key(index), until, offset, limit);
  }

  async #scoredOf(key: string, until: number, offset: number, limit: number): Promise<[string, number][]> {
    const args = [key, '-inf', until, 'BYSCORE', 'LIMIT', offset, limit, 'WITHSCORES'];
    const flat = (await this.#connection.command('zrange', args)) as string[];
    return Array.from({ length: flat.length / 2 }, (_, at) => [flat[2 * at] ?? '', Number(flat[2 * at + 1])]);
  }

  #key(index: IndexName): string {
    return this.#keySpace.index(index);
  }
}

function pathOf({ path, id }: RecordKey): string {
  return [...path, id].join('/');
}

function keyOf(kind: RecordKind, member: string): RecordKey {
  const path = member.split('/');
  return { kind, id: path.pop() ?? '', path };
}
