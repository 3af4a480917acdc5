import {
  type CreateMessageRequest,
  type DeletedObject,
  Json,
  type ListMessagesQuery,
  type ListResponse,
  type Message,
  notFound,
  threadLockedForMessages,
  type UpdateMessageRequest,
} from '@cogitator-ai/openai-protocol';
import type { Check } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { messageKey, threadKey } from '../records/keys.ts';
import { listPage } from '../records/list-page.ts';
import { updateRecord } from '../records/update-record.ts';
import { ACTIVE_RUN } from '../runs/active-run.ts';
import { commitUnlocked } from '../runs/thread-lock.ts';
import { attachFiles } from '../threads/attach-files.ts';
import { requireThread } from '../threads/require-thread.ts';
import { addSearchedFiles } from '../threads/searched-files.ts';
import { buildMessage, messageFields, writeMessage } from './build-message.ts';

/** The assistant that a message is from, and the run. */
export type MessageOrigin = Pick<Message, 'assistant_id' | 'run_id'>;

export interface MessageService {
  /** @param origin - Whose answer it is, where it is one that the engine did not get from a model. Default nobody's. */
  create(threadId: string, request: CreateMessageRequest, origin?: MessageOrigin): Promise<Json<Message>>;
  list(threadId: string, query: ListMessagesQuery): Promise<Json<ListResponse<Message>>>;
  retrieve(threadId: string, messageId: string): Promise<Json<Message>>;
  update(threadId: string, messageId: string, request: UpdateMessageRequest): Promise<Json<Message>>;
  delete(threadId: string, messageId: string): Promise<Json<DeletedObject>>;
}

export function createMessageService(context: EngineContext): MessageService {
  const { storage } = context;

  return {
    async create(threadId, request, origin) {
      const write = writeMessage('insert', { ...(await buildMessage(context, threadId, request)), ...origin });
      await addSearchedFiles(context, threadId, [request]);
      const free: Check = { check: 'free', key: threadKey(threadId), unique: ACTIVE_RUN };
      const result = await commitUnlocked(context, threadId, async () => {
        const { check, writes } = await attachFiles(storage, threadId, [request]);
        return storage.commit({ checks: [check, free], writes: [write, ...writes] });
      });
      if (result.ok) return Json.parse(write.body);
      throw result.conflict.reason === 'taken'
        ? threadLockedForMessages(threadId, result.conflict.holder)
        : notFound('thread', threadId);
    },

    list(threadId, query) {
      const where = query.run_id === undefined ? undefined : { run_id: query.run_id };
      return listPage<Message>(storage, { kind: 'message', path: [threadId], where }, query, () =>
        requireThread(storage, threadId),
      );
    },

    async retrieve(threadId, messageId) {
      const record = await storage.get(messageKey(threadId, messageId));
      if (record) return Json.parse(record.body);
      await requireThread(storage, threadId);
      throw notFound('message', messageId);
    },

    async update(threadId, messageId, { metadata }) {
      return updateRecord(
        storage,
        messageKey(threadId, messageId),
        (message) => ({
          value: { ...message, metadata: metadata === undefined ? message.metadata : (metadata ?? {}) },
          fields: messageFields(message),
        }),
        async () => {
          await requireThread(storage, threadId);
          return notFound('message', messageId);
        },
      );
    },

    async delete(threadId, messageId) {
      const key = messageKey(threadId, messageId);
      const result = await storage.commit({
        checks: [
          { check: 'exists', key: threadKey(threadId) },
          { check: 'exists', key },
        ],
        writes: [{ write: 'delete', key }],
      });
      if (result.ok) return Json.of<DeletedObject>({ id: messageId, object: 'thread.message.deleted', deleted: true });
      const missing = 'key' in result.conflict ? result.conflict.key : null;
      throw missing?.kind === 'thread' ? notFound('thread', threadId) : notFound('message', messageId);
    },
  };
}
