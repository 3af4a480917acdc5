import {
  type CreateThreadRequest,
  type DeletedObject,
  Json,
  notFound,
  type Thread,
  type UpdateThreadRequest,
} from '@cogitator-ai/openai-protocol';
import type { Check } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { runKey, threadKey } from '../records/keys.ts';
import { updateRecord } from '../records/update-record.ts';
import { ACTIVE_RUN } from '../runs/active-run.ts';
import { stopRun } from '../runs/stop-run.ts';
import { changeToolResources, updateToolResources } from '../tools/tool-resources.ts';
import { buildThread } from './build-thread.ts';

/** Attempts at a deletion for which runs are stopped; begun again and again, they do not keep their thread. */
const MAX_ATTEMPTS = 5;

export interface ThreadService {
  create(request: CreateThreadRequest): Promise<Json<Thread>>;
  retrieve(threadId: string): Promise<Json<Thread>>;
  update(threadId: string, request: UpdateThreadRequest): Promise<Json<Thread>>;
  delete(threadId: string): Promise<Json<DeletedObject>>;
}

export function createThreadService(context: EngineContext): ThreadService {
  const { storage } = context;

  return {
    async create(request) {
      const { thread, writes } = await buildThread(context, request);
      await storage.commit({ writes });
      return thread;
    },

    async retrieve(threadId) {
      const record = await storage.get(threadKey(threadId));
      if (!record) throw notFound('thread', threadId);
      return Json.parse(record.body);
    },

    async update(threadId, request) {
      const resources = await updateToolResources(storage, request.tool_resources ?? {});
      return updateRecord(
        storage,
        threadKey(threadId),
        (thread) => ({
          value: {
            ...thread,
            metadata: request.metadata === undefined ? thread.metadata : (request.metadata ?? {}),
            tool_resources: changeToolResources(thread.tool_resources, request.tool_resources, resources),
          },
        }),
        () => notFound('thread', threadId),
      );
    },

    async delete(threadId) {
      const key = threadKey(threadId);
      const exists: Check = { check: 'exists', key };
      const free: Check = { check: 'free', key, unique: ACTIVE_RUN };
      for (let attempt = 1; ; attempt++) {
        const checks = attempt < MAX_ATTEMPTS ? [exists, free] : [exists];
        const result = await storage.commit({ checks, writes: [{ write: 'delete', key }] });
        if (result.ok) return Json.of<DeletedObject>({ id: threadId, object: 'thread.deleted', deleted: true });
        if (result.conflict.reason !== 'taken') throw notFound('thread', threadId);
        // Its readers are told first: the events go with the thread.
        const run = await storage.get(runKey(threadId, result.conflict.holder));
        if (run) await stopRun(context, run);
      }
    },
  };
}
