import type { Storage } from '@cogitator-ai/openai-storage';
import { BATCH, bodyOf, createIds, expectPage, type Subject } from './subject.ts';

const THREAD = { kind: 'thread', path: [], id: 'thread_1' } as const;

/** A driver, asked what the engine asks it. */
export async function createDriverSubject(storage: Storage): Promise<Subject> {
  const nextId = createIds();
  let messages = 0;
  await storage.commit({ writes: [{ write: 'insert', key: THREAD, body: '{"id":"thread_1","object":"thread"}' }] });

  async function insert(count: number): Promise<void> {
    const writes = Array.from({ length: count }, () => {
      const id = nextId();
      return { write: 'insert', key: { kind: 'message', path: [THREAD.id], id }, body: bodyOf(id) } as const;
    });
    const result = await storage.commit({
      checks: [
        { check: 'exists', key: THREAD },
        { check: 'free', key: THREAD, unique: 'active_run' },
      ],
      writes,
    });
    if (!result.ok) throw new Error(result.conflict.reason);
    messages += count;
  }

  return {
    async fill(count) {
      for (let left = count; left > 0; left -= BATCH) await insert(Math.min(left, BATCH));
    },
    append: () => insert(1),
    async list(limit) {
      const page = await storage.list({ kind: 'message', path: [THREAD.id], order: 'desc', limit });
      expectPage(page.records.length, page.hasMore, { limit, messages });
    },
    close: () => storage.close(),
  };
}
