import { describe, expect } from 'vitest';
import type { RecordKey } from '../contract/records.ts';
import type { Storage } from '../contract/storage.ts';
import { apply, aRun, insert, messageKey, newId, runKey, stepKey, threadKey } from './sample-records.ts';
import type { StorageTest } from './storage-test.ts';

interface Family {
  readonly thread: RecordKey<'thread'>;
  readonly messages: RecordKey[];
  readonly runs: RecordKey<'run'>[];
  readonly steps: RecordKey[];
}

/** A thread with everything below it: two messages, two runs of two steps and one event each. */
async function aFamily(storage: Storage, id = newId('thread')): Promise<Family> {
  const thread = threadKey(id);
  const runs = [runKey(thread), runKey(thread)];
  const messages = runs.map((run) => ({ key: messageKey(thread), filters: { run_id: run.id } }));
  const steps = runs.flatMap((run) => [stepKey(run), stepKey(run)]);
  const dueAt = (await storage.now()) - 1000;
  await apply(storage, {
    writes: [
      insert(thread),
      ...messages.map(({ key, filters }) => insert(key, { filters })),
      ...runs.map((run, index) => insert(run, { dueAt, unique: `run-${index}` })),
      ...steps.map((step, index) => insert(step, { unique: `step-${index}` })),
    ],
  });
  for (const run of runs) {
    const stream = { partition: id, id: run.id };
    await storage.events.append({ stream, fence: 3, events: [{ event: 'e', data: '{}' }] });
  }
  return { thread, runs, steps, messages: messages.map(({ key }) => key) };
}

/** What reads find of the records: by key, in lists, among what is due, in streams. */
async function traces(storage: Storage, { thread, messages, runs, steps }: Family): Promise<string[]> {
  const found: string[] = [];
  for (const record of await storage.getMany([thread, ...messages, ...runs, ...steps])) {
    if (record) found.push(`get ${record.key.id}`);
  }
  const page = { limit: 10, order: 'asc' } as const;
  const collections = [
    { kind: 'message', path: [thread.id] },
    { kind: 'run', path: [thread.id] },
    ...runs.map((run) => ({ kind: 'run_step' as const, path: [thread.id, run.id] })),
    ...runs.map((run) => ({ kind: 'message' as const, path: [thread.id], where: { run_id: run.id } })),
  ] as const;
  for (const collection of collections) {
    const { records } = await storage.list({ ...collection, ...page });
    found.push(...records.map(({ key }) => `list ${key.id}`));
  }
  const due = await storage.due('run', 1000);
  found.push(...due.filter(({ key }) => key.path[0] === thread.id).map(({ key }) => `due ${key.id}`));
  for (const run of runs) {
    const events = await storage.events.read({ partition: thread.id, id: run.id }, { after: 0, limit: 10 });
    found.push(...events.map(({ event }) => `event ${run.id} ${event}`));
  }
  return found;
}

export function describeCascades(it: StorageTest): void {
  describe('deleting an owner', () => {
    it('deletes a thread’s messages, runs, their steps and events, and nothing of a neighbour', async ({ storage }) => {
      const id = newId('thread');
      const family = await aFamily(storage, id);
      const neighbours = [await aFamily(storage, `${id}0`), await aFamily(storage, id.slice(0, -1))];
      const before = await Promise.all(neighbours.map((neighbour) => traces(storage, neighbour)));
      expect(await traces(storage, family)).toHaveLength(9 + 10 + 2 + 2);
      await apply(storage, { writes: [{ write: 'delete', key: family.thread }] });
      expect(await traces(storage, family)).toEqual([]);
      expect(await Promise.all(neighbours.map((neighbour) => traces(storage, neighbour)))).toEqual(before);
      await apply(storage, { writes: [{ write: 'delete', key: threadKey(`${id}0`) }] });
      await apply(storage, { writes: [{ write: 'delete', key: threadKey(id.slice(0, -1)) }] });
    });

    it('deletes a run’s steps and events, and nothing else of the thread', async ({ storage }) => {
      const family = await aFamily(storage);
      const [run, other] = family.runs as [RecordKey<'run'>, RecordKey<'run'>];
      const before = await traces(storage, family);
      await apply(storage, { writes: [{ write: 'delete', key: run }] });
      const gone = new Set([run.id, ...family.steps.filter(({ path }) => path[1] === run.id).map((step) => step.id)]);
      const left = before.filter((trace) => !gone.has(trace.split(' ')[1] ?? ''));
      expect(await traces(storage, family)).toEqual(left);
      expect(left).toContain(`due ${other.id}`);
      await apply(storage, { writes: [{ write: 'delete', key: family.thread }] });
    });

    it('deletes an upload’s parts, and nothing of another upload', async ({ storage }) => {
      const [upload, neighbour] = [newId('upload'), newId('upload')];
      const partsOf = (id: string) => ({ kind: 'upload_part', path: [id], limit: 10, order: 'asc' }) as const;
      for (const id of [upload, neighbour]) {
        const part = { kind: 'upload_part', path: [id], id: newId('part') } as const;
        await apply(storage, { writes: [insert({ kind: 'upload', path: [], id }), insert(part)] });
      }
      await apply(storage, { writes: [{ write: 'delete', key: { kind: 'upload', path: [], id: upload } }] });
      expect((await storage.list(partsOf(upload))).records).toEqual([]);
      expect((await storage.list(partsOf(neighbour))).records).toHaveLength(1);
      await apply(storage, { writes: [{ write: 'delete', key: { kind: 'upload', path: [], id: neighbour } }] });
    });

    it('deletes a message alone', async ({ storage }) => {
      const family = await aFamily(storage);
      const [message] = family.messages as [RecordKey];
      const before = await traces(storage, family);
      await apply(storage, { writes: [{ write: 'delete', key: message }] });
      expect(await traces(storage, family)).toEqual(before.filter((trace) => !trace.endsWith(message.id)));
      await apply(storage, { writes: [{ write: 'delete', key: family.thread }] });
    });

    it('does not bring anything back when the owner is made anew', async ({ storage }) => {
      const family = await aFamily(storage);
      const [run] = family.runs as [RecordKey<'run'>];
      await apply(storage, { writes: [{ write: 'delete', key: family.thread }] });
      await apply(storage, { writes: [insert(family.thread), insert(run, { unique: 'run-1' })] });
      expect(await traces(storage, family)).toEqual([`get ${family.thread.id}`, `get ${run.id}`, `list ${run.id}`]);
      const stream = { partition: family.thread.id, id: run.id };
      const first = { event: 'first', data: '{}' };
      expect(await storage.events.append({ stream, fence: 0, events: [first] })).toBe(1);
      await apply(storage, { writes: [{ write: 'delete', key: family.thread }] });
    });

    it('leaves no stream that could be written to', async ({ storage }) => {
      const { thread, run } = await aRun(storage);
      const stream = { partition: thread.id, id: run.id };
      const batch = { stream, fence: 0, events: [{ event: 'e', data: '{}' }] };
      expect(await storage.events.append(batch)).toBe(1);
      await apply(storage, { writes: [{ write: 'delete', key: thread }] });
      expect(await storage.events.append(batch)).toBeNull();
      expect(await storage.events.read(stream, { after: 0, limit: 1 })).toEqual([]);
    });

    it('deletes five thousand records below', async ({ storage }) => {
      const thread = threadKey();
      await apply(storage, { writes: [insert(thread)] });
      for (let batch = 0; batch < 5; batch++) {
        await apply(storage, {
          writes: Array.from({ length: 1000 }, () => insert(messageKey(thread), { filters: { run_id: 'r' } })),
        });
      }
      await apply(storage, { writes: [{ write: 'delete', key: thread }] });
      const collection = { kind: 'message', path: [thread.id], limit: 1, order: 'asc' } as const;
      expect(await storage.list(collection)).toEqual({ records: [], hasMore: false });
      expect(await storage.list({ ...collection, where: { run_id: 'r' } })).toEqual({ records: [], hasMore: false });
    });
  });
}
