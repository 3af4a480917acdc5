import { describe, expect } from 'vitest';
import type { CommitResult } from '../contract/commit.ts';
import type { RecordKey } from '../contract/records.ts';
import type { Storage } from '../contract/storage.ts';
import {
  apply,
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

function taken(holder: RecordKey, unique = 'active'): CommitResult {
  return { ok: false, conflict: { reason: 'taken', unique, holder: holder.id } };
}

/** Who holds `active` in the thread, by what a check says. */
async function holderOf(storage: Storage, thread: RecordKey<'thread'>): Promise<string | null> {
  const result = await storage.commit({
    checks: [{ check: 'free', key: runKey(thread), unique: 'active' }],
    writes: [put(thread)],
  });
  return result.ok || result.conflict.reason !== 'taken' ? null : result.conflict.holder;
}

export function describeUniques(it: StorageTest): void {
  describe('a unique value', () => {
    it('has one holder, whom a conflict names', async ({ storage }) => {
      const thread = await aThread(storage);
      const [run, other] = [runKey(thread), runKey(thread)];
      expect(await holderOf(storage, thread)).toBeNull();
      await apply(storage, { writes: [insert(run, { unique: 'active' }), insert(other)] });
      expect(await holderOf(storage, thread)).toBe(run.id);
      expect(await storage.commit({ writes: [insert(runKey(thread), { unique: 'active' })] })).toEqual(taken(run));
      expect(await storage.commit({ writes: [put(other, { unique: 'active' })] })).toEqual(taken(run));
      await apply(storage, { writes: [insert(runKey(thread), { unique: 'another' })] });
    });

    it('has one holder among records of all kinds', async ({ storage }) => {
      const thread = await aThread(storage);
      const run = runKey(thread);
      const step = stepKey(run);
      await apply(storage, { writes: [insert(run), insert(step, { unique: 'active' })] });
      for (const key of [messageKey(thread), runKey(thread), stepKey(run)]) {
        expect(await storage.commit({ writes: [insert(key, { unique: 'active' })] })).toEqual(taken(step));
        const checks = [{ check: 'free', key, unique: 'active' }] as const;
        expect(await storage.commit({ checks, writes: [insert(key)] })).toEqual(taken(step));
      }
      expect(await storage.commit({ writes: [put(thread, { unique: 'active' })] })).toEqual(taken(step));
    });

    it('is another one in another partition', async ({ storage }) => {
      const [left, right] = [await aThread(storage), await aThread(storage)];
      const run = runKey(left);
      await apply(storage, { writes: [insert(run, { unique: 'active' })] });
      await apply(storage, { writes: [insert(runKey(right, run.id), { unique: 'active' })] });
      const unique = newId('unique');
      const assistant = assistantKey();
      await apply(storage, { writes: [insert(assistant, { unique })] });
      expect(await storage.commit({ writes: [insert(assistantKey(), { unique })] })).toEqual(taken(assistant, unique));
      await apply(storage, { writes: [insert({ kind: 'file', path: [], id: newId('file') }, { unique })] });
    });

    it('stays with a holder that is written with it again', async ({ storage }) => {
      const thread = await aThread(storage);
      const run = runKey(thread);
      await apply(storage, { writes: [insert(run, { unique: 'active' })] });
      await apply(storage, { writes: [put(run, { unique: 'active' })] });
      await apply(storage, { writes: [put(run, { unique: 'active', fence: 2 })] });
      expect(await holderOf(storage, thread)).toBe(run.id);
    });

    it('is freed by a put without it', async ({ storage }) => {
      const thread = await aThread(storage);
      const [run, next] = [runKey(thread), runKey(thread)];
      await apply(storage, { writes: [insert(run, { unique: 'active' })] });
      await apply(storage, { writes: [put(run)] });
      expect(await holderOf(storage, thread)).toBeNull();
      await apply(storage, { writes: [insert(next, { unique: 'active' })] });
      await apply(storage, { writes: [put(next, { unique: null })] });
      expect(await holderOf(storage, thread)).toBeNull();
    });

    it('is exchanged by a put with another one', async ({ storage }) => {
      const thread = await aThread(storage);
      const run = runKey(thread);
      await apply(storage, { writes: [insert(run, { unique: 'before' })] });
      await apply(storage, { writes: [put(run, { unique: 'active' })] });
      expect(await holderOf(storage, thread)).toBe(run.id);
      await apply(storage, { writes: [insert(runKey(thread), { unique: 'before' })] });
    });

    it('is freed by the deletion of its holder or of the holder’s owner', async ({ storage }) => {
      const thread = await aThread(storage);
      const run = runKey(thread);
      const step = stepKey(run);
      await apply(storage, { writes: [insert(run), insert(step, { unique: 'active' })] });
      await apply(storage, { writes: [{ write: 'delete', key: step }] });
      expect(await holderOf(storage, thread)).toBeNull();
      await apply(storage, { writes: [insert(step, { unique: 'active' })] });
      await apply(storage, { writes: [{ write: 'delete', key: run }] });
      expect(await holderOf(storage, thread)).toBeNull();
      await apply(storage, { writes: [insert(run, { unique: 'active' })] });
      await apply(storage, { writes: [{ write: 'delete', key: thread }] });
      await apply(storage, { writes: [insert(thread)] });
      expect(await holderOf(storage, thread)).toBeNull();
    });

    it('passes on within one commit, once it was freed', async ({ storage }) => {
      const thread = await aThread(storage);
      const [first, second, third] = [runKey(thread), runKey(thread), runKey(thread)];
      await apply(storage, { writes: [insert(first, { unique: 'active' })] });
      expect(await storage.commit({ writes: [insert(second, { unique: 'active' }), put(first)] })).toEqual(
        taken(first),
      );
      await apply(storage, { writes: [put(first), insert(second, { unique: 'active' })] });
      expect(await holderOf(storage, thread)).toBe(second.id);
      await apply(storage, { writes: [{ write: 'delete', key: second }, insert(third, { unique: 'active' })] });
      expect(await holderOf(storage, thread)).toBe(third.id);
      const step = stepKey(first);
      await apply(storage, { writes: [put(third), insert(step, { unique: 'active' })] });
      await apply(storage, { writes: [{ write: 'delete', key: first }, put(third, { unique: 'active' })] });
      expect(await holderOf(storage, thread)).toBe(third.id);
    });

    it('is taken by one record of a commit', async ({ storage }) => {
      const thread = threadKey();
      const [first, second] = [runKey(thread), runKey(thread)];
      const fields = { unique: 'active' };
      expect(await storage.commit({ writes: [insert(thread), insert(first, fields), insert(second, fields)] })).toEqual(
        taken(first),
      );
      expect(await storage.get(thread)).toBeNull();
    });

    it('is not taken by a commit that was refused', async ({ storage }) => {
      const thread = await aThread(storage);
      const run = runKey(thread);
      await apply(storage, { writes: [insert(run)] });
      const writes = [put(run, { unique: 'active' }), insert(run)];
      await expect(storage.commit({ writes })).rejects.toMatchObject({ code: 'invalid_request' });
      const refused = await storage.commit({ writes: [put(run, { unique: 'active' }), put(messageKey(thread))] });
      expect(refused.ok).toBe(false);
      expect(await holderOf(storage, thread)).toBeNull();
    });
  });
}
