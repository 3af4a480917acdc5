import type { Assistant, DeletedObject, FileObject, Message, Thread } from '@cogitator-ai/openai-protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import type { Client } from './sdk/sdk.ts';
import { startTestServer } from './server/start-test-server.ts';
import { connectApi } from './wire/api.ts';
import { theDataOf } from './wire/event-stream.ts';
import { sendRequest } from './wire/request.ts';

type Order = 'asc' | 'desc';
type Page = AsyncIterable<{ id: string }>;

/** A list, and how others change it. */
interface Collection {
  readonly name: string;
  /** All there is, oldest first. */
  readonly ids: string[];
  list(client: Client, query: { order: Order; limit: number }): Page;
  add(): Promise<string>;
  /** `null` where nothing can be deleted. */
  remove: ((id: string) => Promise<unknown>) | null;
}

const server = await startTestServer();
afterAll(() => server.close());
const api = connectApi(server.baseURL);
const { id: assistantId } = await api.post<Assistant>('/assistants', { model: server.model, instructions: 'x' });

async function remove(path: string): Promise<DeletedObject> {
  return JSON.parse((await api.send('DELETE', path)).body.toString()) as DeletedObject;
}

async function fill(collection: Collection, count: number): Promise<Collection> {
  while (collection.ids.length < count) collection.ids.push(await collection.add());
  return collection;
}

const assistants: Collection = {
  name: 'assistants',
  ids: [assistantId],
  list: ({ beta }, query) => beta.assistants.list(query),
  add: async () => (await api.post<Assistant>('/assistants', { model: server.model })).id,
  remove: (id) => remove(`/assistants/${id}`),
};

const FORM = '--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nassistants\r\n';
const files: Collection = {
  name: 'files',
  ids: [],
  list: ({ files: list }, query) => list.list(query),
  async add() {
    const body = `${FORM}--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nx\r\n--b--\r\n`;
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const answer = await sendRequest(`${server.baseURL}/files`, 'POST', { body, headers });
    return (JSON.parse(answer.body.toString()) as FileObject).id;
  },
  remove: (id) => remove(`/files/${id}`),
};

async function messages(): Promise<Collection> {
  const { id } = await api.post<Thread>('/threads');
  return {
    name: 'messages',
    ids: [],
    list: ({ beta }, query) => beta.threads.messages.list(id, query),
    add: async () => (await api.post<Message>(`/threads/${id}/messages`, { role: 'user', content: 'x' })).id,
    remove: (messageId) => remove(`/threads/${id}/messages/${messageId}`),
  };
}

async function runs(): Promise<Collection> {
  const { id } = await api.post<Thread>('/threads');
  return {
    name: 'runs',
    ids: [],
    list: ({ beta }, query) => beta.threads.runs.list(id, query),
    async add() {
      const events = await api.transcript(`/threads/${id}/runs`, { assistant_id: assistantId });
      return theDataOf(events, 'thread.run.created').id;
    },
    remove: null,
  };
}

// Runs take a while each and follow one another on their thread: three pages of them must do.
const collections = await Promise.all([
  fill(assistants, 1000),
  fill(files, 1000),
  messages().then((collection) => fill(collection, 1000)),
  runs().then((collection) => fill(collection, 250)),
]);

describe.each(collections)('$name', (collection) => {
  describe.each(EVERY_SDK)('of openai $major', (sdk) => {
    const client = sdk.createClient({ baseURL: server.baseURL });

    it.each(['asc', 'desc'] as const)('are paged through, each once: %s', async (order) => {
      const seen = await Array.fromAsync(collection.list(client, { order, limit: 100 }), ({ id }) => id);
      expect(seen).toEqual(inOrder(collection.ids, order));
    });

    it.each(['asc', 'desc'] as const)('are paged through while others add and delete: %s', async (order) => {
      const begun = inOrder(collection.ids, order);
      const added: string[] = [];
      const gone = new Set<string>();
      const seen: string[] = [];
      const forget = async (id: string | undefined): Promise<void> => {
        if (id === undefined || gone.has(id) || !collection.remove) return;
        gone.add(id);
        await collection.remove(id);
      };
      for await (const { id } of collection.list(client, { order, limit: 20 })) {
        seen.push(id);
        // The end of a page, from which the next begins; one that was seen, and one that is to come.
        if (seen.length % 100 === 60) await forget(id);
        if (seen.length % 100 === 73) await forget(seen.at(-50));
        if (seen.length % 100 === 87) await forget(begun[seen.length + 50]);
        if (seen.length % 100 > 96) added.push(await collection.add());
      }
      collection.ids.push(...added);
      collection.ids.splice(0, Infinity, ...collection.ids.filter((id) => !gone.has(id)));

      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => !gone.has(id) && !added.includes(id))).toEqual(begun.filter((id) => !gone.has(id)));
      // What is new comes last, or has come already.
      expect(seen.filter((id) => added.includes(id))).toEqual(order === 'asc' ? added : []);
      const after = await Array.fromAsync(collection.list(client, { order, limit: 100 }), ({ id }) => id);
      expect(after).toEqual(inOrder(collection.ids, order));
    });
  });
});

function inOrder(ids: readonly string[], order: Order): string[] {
  return order === 'asc' ? [...ids] : ids.toReversed();
}
