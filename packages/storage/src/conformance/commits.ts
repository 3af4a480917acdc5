import { describe, expect } from 'vitest';
import type { Check, Commit, Conflict, Write } from '../contract/commit.ts';
import type { RecordKey } from '../contract/records.ts';
import type { Storage } from '../contract/storage.ts';
import {
  apply,
  aRun,
  assistantKey,
  aThread,
  insert,
  messageKey,
  newId,
  put,
  runKey,
  stepKey,
  threadKey,
} from './sample-records.ts';
import type { StorageTest } from './storage-test.ts';

/** A thread with a run at version 2 and fence 5 that holds `held`, and a message. */
interface Scene {
  readonly thread: RecordKey<'thread'>;
  readonly run: RecordKey<'run'>;
  readonly message: RecordKey<'message'>;
  /** Never stored. */
  readonly absent: RecordKey<'message'>;
}

async function aScene(storage: Storage): Promise<Scene> {
  const { thread, run } = await aRun(storage);
  const message = messageKey(thread);
  await apply(storage, { writes: [insert(message), put(run, { fence: 5, unique: 'held' })] });
  return { thread, run, message, absent: messageKey(thread) };
}

const FAILING_CHECKS: [name: string, (scene: Scene) => [check: Check, conflict: Conflict]][] = [
  [
    'exists: missing',
    ({ absent: key }) => [
      { check: 'exists', key },
      { reason: 'missing', key },
    ],
  ],
  [
    'version: missing',
    ({ absent: key }) => [
      { check: 'version', key, version: 1 },
      { reason: 'missing', key },
    ],
  ],
  [
    'version: an older one',
    ({ run: key }) => [
      { check: 'version', key, version: 1 },
      { reason: 'version', key },
    ],
  ],
  [
    'version: a newer one',
    ({ run: key }) => [
      { check: 'version', key, version: 3 },
      { reason: 'version', key },
    ],
  ],
  [
    'fence: missing',
    ({ absent: key }) => [
      { check: 'fence', key, fence: 0 },
      { reason: 'missing', key },
    ],
  ],
  [
    'fence: an older one',
    ({ run: key }) => [
      { check: 'fence', key, fence: 4 },
      { reason: 'fence', key },
    ],
  ],
  [
    'fence: a newer one',
    ({ run: key }) => [
      { check: 'fence', key, fence: 6 },
      { reason: 'fence', key },
    ],
  ],
  [
    'free: taken',
    ({ absent: key, run }) => [
      { check: 'free', key, unique: 'held' },
      { reason: 'taken', unique: 'held', holder: run.id },
    ],
  ],
];

const REFUSED_WRITES: [name: string, (scene: Scene) => [write: Write, conflict: Conflict]][] = [
  ['insert: exists', ({ message: key }) => [insert(key), { reason: 'exists', key }]],
  [
    'insert: no owner',
    ({ thread }) => {
      const run = runKey(thread);
      return [insert(stepKey(run)), { reason: 'missing', key: run }];
    },
  ],
  [
    'insert: unique value taken',
    ({ absent, run }) => [insert(absent, { unique: 'held' }), { reason: 'taken', unique: 'held', holder: run.id }],
  ],
  ['put: missing', ({ absent: key }) => [put(key), { reason: 'missing', key }]],
  ['put: lower fence', ({ run: key }) => [put(key, { fence: 4 }), { reason: 'fence', key }]],
  [
    'put: unique value taken',
    ({ message, run }) => [put(message, { unique: 'held' }), { reason: 'taken', unique: 'held', holder: run.id }],
  ],
];

const POSITIONS = ['first', 'middle', 'last'] as const;
type Position = (typeof POSITIONS)[number];

function placed<T>(bad: T, good: readonly [T, T], position: Position): T[] {
  if (position === 'first') return [bad, ...good];
  return position === 'middle' ? [good[0], bad, good[1]] : [...good, bad];
}

/** Tries the commit among good writes, which must leave everything as it was. */
async function expectRefused(storage: Storage, scene: Scene, commit: Commit, conflict: Conflict): Promise<void> {
  const keys = [scene.thread, scene.run, scene.message, ...(commit.writes ?? []).map(({ key }) => key)];
  const stream = { partition: scene.thread.id, id: scene.run.id };
  const read = async (): Promise<unknown> => [
    await storage.getMany(keys),
    await storage.list({ kind: 'message', path: [scene.thread.id], limit: 10, order: 'asc' }),
    await storage.events.read(stream, { after: 0, limit: 10 }),
  ];
  const before = await read();
  const events = { stream, fence: 5, events: [{ event: 'e', data: '{}' }] };
  expect(await storage.commit({ events, ...commit })).toEqual({ ok: false, conflict });
  expect(await read()).toEqual(before);
}

export function describeCommits(it: StorageTest): void {
  describe('a commit is all or nothing', () => {
    for (const position of POSITIONS) {
      it.for(FAILING_CHECKS)(`nothing when the ${position} check fails: %s`, async ([, build], { storage }) => {
        const scene = await aScene(storage);
        const [check, conflict] = build(scene);
        const good: [Check, Check] = [
          { check: 'exists', key: scene.thread },
          { check: 'fence', key: scene.run, fence: 5 },
        ];
        const writes = [insert(messageKey(scene.thread)), put(scene.run)];
        await expectRefused(storage, scene, { checks: placed(check, good, position), writes }, conflict);
      });

      it.for(REFUSED_WRITES)(`nothing when the ${position} write is refused: %s`, async ([, build], { storage }) => {
        const scene = await aScene(storage);
        const [write, conflict] = build(scene);
        const deleted = messageKey(scene.thread);
        await apply(storage, { writes: [insert(deleted)] });
        const good: [Write, Write] = [
          insert(messageKey(scene.thread), { filters: { run_id: scene.run.id } }),
          { write: 'delete', key: deleted },
        ];
        await expectRefused(storage, scene, { writes: placed(write, good, position) }, conflict);
      });
    }

    it('nothing when the fence of its events is too old', async ({ storage }) => {
      const scene = await aScene(storage);
      const stream = { partition: scene.thread.id, id: scene.run.id };
      await storage.events.append({ stream, fence: 5, events: [{ event: 'e', data: '{}' }] });
      const events = { stream, fence: 4, events: [{ event: 'late', data: '{}' }] };
      const writes = [insert(messageKey(scene.thread)), put(scene.message)];
      await expectRefused(storage, scene, { writes, events }, { reason: 'fence', key: null });
    });

    it('nothing when the run of its events does not exist', async ({ storage }) => {
      const scene = await aScene(storage);
      const key = runKey(scene.thread);
      const stream = { partition: scene.thread.id, id: key.id };
      const events = { stream, fence: 0, events: [{ event: 'e', data: '{}' }] };
      await expectRefused(storage, scene, { writes: [put(scene.message)], events }, { reason: 'missing', key });
      expect(await storage.events.read(stream, { after: 0, limit: 1 })).toEqual([]);
    });

    it('everything when all holds', async ({ storage }) => {
      const { thread, run, message, absent } = await aScene(storage);
      const gone = messageKey(thread);
      await apply(storage, { writes: [insert(gone)] });
      const stream = { partition: thread.id, id: run.id };
      const result = await storage.commit({
        checks: [
          { check: 'exists', key: thread },
          { check: 'version', key: run, version: 2 },
          { check: 'fence', key: run, fence: 5 },
          { check: 'free', key: run, unique: 'other' },
        ],
        writes: [
          insert(absent, { unique: 'other' }),
          put(message, { body: '{"n":2}' }),
          { write: 'delete', key: gone },
          put(run, { fence: 6 }),
        ],
        events: { stream, fence: 6, events: ['a', 'b'].map((event) => ({ event, data: '{}' })) },
      });
      expect(result).toEqual({ ok: true, lastEvent: 2 });
      expect(await storage.getMany([absent, message, gone, run])).toMatchObject([
        { version: 1 },
        { version: 2, body: '{"n":2}' },
        null,
        { version: 3, fence: 6 },
      ]);
    });
  });

  describe('what holds is looked at in order', () => {
    it('the first check that fails is the answer', async ({ storage }) => {
      const { run, absent, message } = await aScene(storage);
      const version: Check = { check: 'version', key: run, version: 9 };
      const exists: Check = { check: 'exists', key: absent };
      const free: Check = { check: 'free', key: absent, unique: 'held' };
      const writes = [put(message)];
      const reasonOf = async (checks: Check[]): Promise<unknown> => {
        const result = await storage.commit({ checks, writes });
        return result.ok ? null : result.conflict.reason;
      };
      expect(await reasonOf([version, exists, free])).toBe('version');
      expect(await reasonOf([exists, free, version])).toBe('missing');
      expect(await reasonOf([free, version, exists])).toBe('taken');
    });

    it('checks before writes, writes before events', async ({ storage }) => {
      const { thread, run, message, absent } = await aScene(storage);
      const stream = { partition: thread.id, id: run.id };
      await storage.events.append({ stream, fence: 5, events: [] });
      const events = { stream, fence: 1, events: [] };
      const checks: Check[] = [{ check: 'version', key: run, version: 1 }];
      const refused = { ok: false, conflict: { reason: 'exists', key: message } };
      expect(await storage.commit({ checks, writes: [insert(message)], events })).toMatchObject({
        conflict: { reason: 'version' },
      });
      expect(await storage.commit({ writes: [insert(message), put(absent)], events })).toEqual(refused);
      expect(await storage.commit({ writes: [put(absent), insert(message)], events })).toMatchObject({
        conflict: { reason: 'missing' },
      });
    });

    it('checks see the records before all writes', async ({ storage }) => {
      const { thread, run, message } = await aScene(storage);
      const absent = messageKey(thread);
      await apply(storage, {
        checks: [
          { check: 'exists', key: message },
          { check: 'free', key: absent, unique: 'mine' },
          { check: 'version', key: run, version: 2 },
        ],
        writes: [{ write: 'delete', key: message }, insert(absent, { unique: 'mine' }), put(run)],
      });
      const other = messageKey(thread);
      expect(
        await storage.commit({ checks: [{ check: 'exists', key: other }], writes: [insert(other)] }),
      ).toMatchObject({ ok: false });
    });

    it('a write may count on what earlier ones made', async ({ storage }) => {
      const thread = threadKey();
      const run = runKey(thread);
      const step = stepKey(run);
      const stream = { partition: thread.id, id: run.id };
      const events = { stream, fence: 0, events: [{ event: 'e', data: '{}' }] };
      const inOrder = [insert(thread), insert(messageKey(thread)), insert(run), insert(step)];
      expect(await storage.commit({ writes: [insert(thread), insert(step), insert(run)] })).toEqual({
        ok: false,
        conflict: { reason: 'missing', key: run },
      });
      expect(await storage.commit({ writes: [insert(run), insert(thread)] })).toEqual({
        ok: false,
        conflict: { reason: 'missing', key: thread },
      });
      expect(await storage.get(thread)).toBeNull();
      expect(await storage.commit({ writes: inOrder, events })).toEqual({ ok: true, lastEvent: 1 });
      expect(await storage.get(step)).toMatchObject({ version: 1 });
    });
  });

  describe('a check holds', () => {
    it('when the record is as it says', async ({ storage }) => {
      const { thread, run, message } = await aScene(storage);
      for (const check of [
        { check: 'exists', key: run },
        { check: 'version', key: run, version: 2 },
        { check: 'fence', key: run, fence: 5 },
        { check: 'version', key: thread, version: 1 },
        { check: 'fence', key: thread, fence: 0 },
        { check: 'free', key: run, unique: 'nobody' },
      ] satisfies Check[]) {
        await apply(storage, { checks: [check], writes: [put(message)] });
      }
    });

    it('by version after a write with the same content, no longer', async ({ storage }) => {
      const { message } = await aScene(storage);
      const checks: Check[] = [{ check: 'version', key: message, version: 1 }];
      await apply(storage, { checks, writes: [put(message)] });
      expect(await storage.commit({ checks, writes: [put(message)] })).toEqual({
        ok: false,
        conflict: { reason: 'version', key: message },
      });
    });
  });

  describe('a commit of any size', () => {
    it('writes two thousand records', async ({ storage }) => {
      const thread = threadKey();
      const keys = Array.from({ length: 2000 }, () => messageKey(thread));
      await apply(storage, { writes: [insert(thread), ...keys.map((key) => insert(key))] });
      const request = { kind: 'message', path: [thread.id], order: 'asc' } as const;
      const { records, hasMore } = await storage.list({ ...request, limit: 2000 });
      expect(records.map(({ key }) => key.id)).toEqual(keys.map(({ id }) => id));
      expect(hasMore).toBe(false);
      await apply(storage, { writes: keys.map((key) => ({ write: 'delete', key })) });
      expect(await storage.list({ ...request, limit: 1 })).toEqual({ records: [], hasMore: false });
    });
  });

  describe('rejects as invalid_request and writes nothing', () => {
    const cases: [name: string, (scene: Scene) => Commit][] = [
      ['an empty commit', () => ({})],
      ['a commit without writes', () => ({ checks: [], writes: [] })],
      ['checks alone', ({ thread }) => ({ checks: [{ check: 'exists', key: thread }], writes: [] })],
      ['writes to two partitions', ({ message }) => ({ writes: [put(message), insert(threadKey())] })],
      ['writes to two kinds without partitions', () => ({ writes: [insert(assistantKey()), insert(aFile())] })],
      [
        'a check in another partition',
        ({ message }) => ({ checks: [{ check: 'free', key: threadKey(), unique: 'u' }], writes: [put(message)] }),
      ],
      [
        'events in another partition',
        ({ message }) => ({
          writes: [put(message)],
          events: { stream: { partition: newId('thread'), id: newId('run') }, fence: 0, events: [] },
        }),
      ],
      ['two writes of one record', ({ message }) => ({ writes: [put(message), put(message)] })],
      [
        'a record made and deleted at once',
        ({ absent }) => ({ writes: [insert(absent), { write: 'delete', key: absent }] }),
      ],
      [
        'a write below a record that is deleted after it',
        ({ message, thread }) => ({ writes: [put(message), { write: 'delete', key: thread }] }),
      ],
      [
        'a write below a record that was deleted before it',
        ({ run, thread }) => ({ writes: [{ write: 'delete', key: thread }, insert(stepKey(run))] }),
      ],
      [
        'events of a run that is deleted',
        ({ run, thread }) => ({
          writes: [{ write: 'delete', key: run }],
          events: { stream: { partition: thread.id, id: run.id }, fence: 9, events: [] },
        }),
      ],
    ];

    it.for(cases)('%s', async ([, build], { storage }) => {
      const scene = await aScene(storage);
      const keys = [scene.thread, scene.run, scene.message, scene.absent];
      const before = await storage.getMany(keys);
      await expect(storage.commit(build(scene))).rejects.toMatchObject({ code: 'invalid_request' });
      expect(await storage.getMany(keys)).toEqual(before);
    });
  });

  describe('a record exists only while its owner does', () => {
    it('refuses what would have none, at any depth', async ({ storage }) => {
      const thread = threadKey();
      const run = runKey(thread);
      const missing = (key: RecordKey): unknown => ({ ok: false, conflict: { reason: 'missing', key } });
      expect(await storage.commit({ writes: [insert(messageKey(thread))] })).toEqual(missing(thread));
      expect(await storage.commit({ writes: [insert(run)] })).toEqual(missing(thread));
      expect(await storage.commit({ writes: [insert(stepKey(run))] })).toEqual(missing(run));
      const stored = await aThread(storage);
      expect(await storage.commit({ writes: [insert(stepKey(runKey(stored, run.id)))] })).toEqual(
        missing(runKey(stored, run.id)),
      );
    });
  });
}

function aFile(): RecordKey<'file'> {
  return { kind: 'file', path: [], id: newId('file') };
}
