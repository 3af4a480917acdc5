import {
  type CreateThreadRequest,
  type DeletedObject,
  Json,
  notFound,
  type Thread,
  type UpdateThreadRequest,
} from '@cogitator-ai/openai-protocol';
import type { EngineContext } from '../engine-context.ts';
import { deleteRecord } from '../records/delete-record.ts';
import { threadKey } from '../records/keys.ts';
import { updateRecord } from '../records/update-record.ts';
import { findActiveRun } from '../runs/active-run.ts';
import { stopRun } from '../runs/stop-run.ts';
import { updateToolResources } from '../tools/tool-resources.ts';
import { buildThread } from './build-thread.ts';

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
      const resources = request.tool_resources && (await updateToolResources(storage, request.tool_resources));
      return updateRecord(
        storage,
        threadKey(threadId),
        (thread) => ({
          value: {
            ...thread,
            metadata: request.metadata === undefined ? thread.metadata : (request.metadata ?? {}),
            tool_resources: { ...thread.tool_resources, ...resources },
          },
        }),
        () => notFound('thread', threadId),
      );
    },

    async delete(threadId) {
      // Readers are told first: the events go with the thread.
      const active = await findActiveRun(storage, threadId);
      if (active) await stopRun(context, active);
      return deleteRecord(storage, threadKey(threadId), { id: threadId, object: 'thread.deleted', deleted: true }, () =>
        notFound('thread', threadId),
      );
    },
  };
}
