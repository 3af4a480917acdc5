import { afterAll, describe, expect, it } from 'vitest';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import { startTestServer } from './server/start-test-server.ts';

const server = await startTestServer();
afterAll(() => server.close());

const UNKNOWN_ULID = '01JZZZZZZZZZZZZZZZZZZZZZZZ';

describe.each(EVERY_SDK)('objects through openai $major', (sdk) => {
  const client = sdk.createClient({ baseURL: server.baseURL });
  const { assistants, threads } = client.beta;
  const { messages } = threads;

  describe('assistants', () => {
    it('and threads clear their resources with null, and else replace them tool by tool', async () => {
      const file = new File(['a'], 'a.csv');
      const { id } = await client.files.create({ file, purpose: 'assistants' });
      const tool_resources = { code_interpreter: { file_ids: [id] } };
      const assistant = await assistants.create({ model: server.model, tool_resources });
      const thread = await threads.create({ tool_resources });
      expect((await assistants.update(assistant.id, { tool_resources: {} })).tool_resources).toEqual(tool_resources);
      expect((await threads.update(thread.id, { tool_resources: {} })).tool_resources).toEqual(tool_resources);
      expect((await assistants.update(assistant.id, { tool_resources: null })).tool_resources).toEqual({});
      expect((await threads.update(thread.id, { tool_resources: null })).tool_resources).toEqual({});
    });

    it('shows every field, with its default where none was given', async () => {
      const before = Math.floor(Date.now() / 1000);
      const assistant = await assistants.create({ model: server.model });
      expect(assistant).toEqual({
        id: expect.stringMatching(/^asst_[A-Za-z0-9]{24,}$/),
        object: 'assistant',
        created_at: expect.any(Number),
        name: null,
        description: null,
        model: server.model,
        instructions: null,
        tools: [],
        top_p: 1,
        temperature: 1,
        reasoning_effort: null,
        tool_resources: {},
        metadata: {},
        response_format: 'auto',
      });
      expect(Number.isInteger(assistant.created_at)).toBe(true);
      expect(assistant.created_at).toBeGreaterThanOrEqual(before);
      expect(assistant.created_at).toBeLessThanOrEqual(Date.now() / 1000);
    });

    it('keeps what was given and fills in the tools', async () => {
      const created = await assistants.create({
        model: server.model,
        name: 'Añita 🧮',
        description: 'Adds numbers.',
        instructions: 'Be brief.',
        temperature: 0.2,
        top_p: 0.9,
        metadata: { team: 'math' },
        response_format: { type: 'json_object' },
        tools: [{ type: 'function', function: { name: 'now' } }],
      });
      expect(created).toMatchObject({
        name: 'Añita 🧮',
        description: 'Adds numbers.',
        instructions: 'Be brief.',
        temperature: 0.2,
        top_p: 0.9,
        metadata: { team: 'math' },
        response_format: { type: 'json_object' },
      });
      expect(created.tools).toEqual([
        { type: 'function', function: { name: 'now', strict: false, parameters: { type: 'object', properties: {} } } },
      ]);
      expect(await assistants.retrieve(created.id)).toEqual(created);
    });

    it('changes only what an update names', async () => {
      const created = await assistants.create({
        model: server.model,
        name: 'Before',
        instructions: 'Stay.',
        metadata: { a: '1', b: '2' },
      });
      const updated = await assistants.update(created.id, { name: 'After', metadata: { b: '3' } });
      expect(updated).toEqual({ ...created, name: 'After', metadata: { b: '3' } });
      expect(await assistants.update(created.id, {})).toEqual(updated);
      expect(await assistants.update(created.id, { name: null, metadata: null })).toEqual({
        ...updated,
        name: null,
        metadata: {},
      });
    });

    it('lists newest first, page by page', async () => {
      const ids: string[] = [];
      for (let n = 0; n < 5; n++) ids.unshift((await assistants.create({ model: server.model })).id);
      const page = await assistants.list({ limit: 3 });
      expect(page.data.map(({ id }) => id)).toEqual(ids.slice(0, 3));
      expect(page.has_more).toBe(true);
      const next = await assistants.list({ limit: 2, after: ids[2]! });
      expect(next.data.map(({ id }) => id)).toEqual(ids.slice(3));
      const back = await assistants.list({ limit: 2, before: ids[3]! });
      expect(back.data.map(({ id }) => id)).toEqual(ids.slice(1, 3));
    });

    it('is gone when deleted', async () => {
      const { id } = await assistants.create({ model: server.model });
      expect(await assistants.delete(id)).toEqual({ id, object: 'assistant.deleted', deleted: true });
      await expect(assistants.retrieve(id)).rejects.toBeInstanceOf(sdk.errors.NotFoundError);
      await expect(assistants.delete(id)).rejects.toMatchObject({
        status: 404,
        error: { message: `No assistant found with id '${id}'.` },
      });
    });
  });

  describe('threads', () => {
    it('begins empty, without a body', async () => {
      const thread = await threads.create();
      expect(thread).toEqual({
        id: expect.stringMatching(/^thread_[A-Za-z0-9]{24,}$/),
        object: 'thread',
        created_at: expect.any(Number),
        metadata: {},
        tool_resources: {},
      });
      expect(await threads.retrieve(thread.id)).toEqual(thread);
      expect(await messages.list(thread.id)).toMatchObject({ data: [], has_more: false });
    });

    it('begins with messages, in their order', async () => {
      const thread = await threads.create({
        metadata: { topic: 'order' },
        messages: [
          { role: 'user', content: 'one' },
          { role: 'assistant', content: 'two' },
          { role: 'user', content: [{ type: 'text', text: 'three' }], metadata: { n: '3' } },
        ],
      });
      expect(thread.metadata).toEqual({ topic: 'order' });
      const { data } = await messages.list(thread.id, { order: 'asc' });
      expect(data.map(({ role, content, metadata }) => ({ role, content, metadata }))).toEqual([
        { role: 'user', content: [text('one')], metadata: {} },
        { role: 'assistant', content: [text('two')], metadata: {} },
        { role: 'user', content: [text('three')], metadata: { n: '3' } },
      ]);
    });

    it('takes new metadata as a whole', async () => {
      const thread = await threads.create({ metadata: { a: '1' } });
      expect(await threads.update(thread.id, { metadata: { b: '2' } })).toEqual({ ...thread, metadata: { b: '2' } });
    });

    it('takes its messages along when deleted', async () => {
      const { id } = await threads.create({ messages: [{ role: 'user', content: 'Hello' }] });
      const [message] = (await messages.list(id)).data;
      expect(await threads.delete(id)).toEqual({ id, object: 'thread.deleted', deleted: true });
      const gone = { status: 404, error: { message: `No thread found with id '${id}'.` } };
      await expect(threads.retrieve(id)).rejects.toMatchObject(gone);
      await expect(messages.list(id)).rejects.toMatchObject(gone);
      await expect(messages.retrieve(message!.id, { thread_id: id })).rejects.toMatchObject(gone);
      await expect(threads.delete(id)).rejects.toMatchObject(gone);
    });
  });

  describe('messages', () => {
    it('shows every field', async () => {
      const thread = await threads.create();
      const message = await messages.create(thread.id, { role: 'user', content: 'Grüße, 世界 👋🏽' });
      expect(message).toEqual({
        id: expect.stringMatching(/^msg_[A-Za-z0-9]{24,}$/),
        object: 'thread.message',
        created_at: expect.any(Number),
        thread_id: thread.id,
        status: 'completed',
        incomplete_details: null,
        completed_at: expect.any(Number),
        incomplete_at: null,
        role: 'user',
        content: [text('Grüße, 世界 👋🏽')],
        assistant_id: null,
        run_id: null,
        attachments: [],
        metadata: {},
      });
      expect(await messages.retrieve(message.id, { thread_id: thread.id })).toEqual(message);
    });

    it('fills in the detail of images', async () => {
      const thread = await threads.create();
      const url = 'https://images.test/cat.png';
      const { content } = await messages.create(thread.id, {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url } },
        ],
      });
      expect(content).toEqual([text('What is this?'), { type: 'image_url', image_url: { url, detail: 'auto' } }]);
    });

    it('takes new metadata and is gone when deleted', async () => {
      const thread = await threads.create({ messages: [{ role: 'user', content: 'a' }] });
      const message = await messages.create(thread.id, { role: 'user', content: 'b' });
      const of = { thread_id: thread.id };
      const updated = await messages.update(message.id, { ...of, metadata: { read: 'yes' } });
      expect(updated).toEqual({ ...message, metadata: { read: 'yes' } });
      expect(await messages.retrieve(message.id, of)).toEqual(updated);
      expect(await messages.delete(message.id, of)).toEqual({
        id: message.id,
        object: 'thread.message.deleted',
        deleted: true,
      });
      await expect(messages.retrieve(message.id, of)).rejects.toMatchObject({
        status: 404,
        error: { message: `No message found with id '${message.id}'.` },
      });
      expect((await messages.list(thread.id)).data.map(({ content }) => content)).toEqual([[text('a')]]);
    });

    it('are paged by the SDK, all 45 of them, either way', async () => {
      const numbers = Array.from({ length: 45 }, (_, n) => `message ${n}`);
      const thread = await threads.create({
        messages: numbers.map((content) => ({ role: 'user' as const, content })),
      });
      const ascending = await Array.fromAsync(messages.list(thread.id, { order: 'asc' }), textOf);
      expect(ascending).toEqual(numbers);
      const descending = await Array.fromAsync(messages.list(thread.id), textOf);
      expect(descending).toEqual(numbers.toReversed());
      const bySeven = await Array.fromAsync(messages.list(thread.id, { limit: 7 }), textOf);
      expect(bySeven).toEqual(numbers.toReversed());
    });

    it('are each visited once when deleted while paging', async () => {
      const numbers = Array.from({ length: 9 }, (_, n) => `message ${n}`);
      const thread = await threads.create({
        messages: numbers.map((content) => ({ role: 'user' as const, content })),
      });
      const visited: string[] = [];
      for await (const message of messages.list(thread.id, { order: 'asc', limit: 2 })) {
        visited.push(textOf(message));
        await messages.delete(message.id, { thread_id: thread.id });
      }
      expect(visited).toEqual(numbers);
      expect((await messages.list(thread.id)).data).toEqual([]);
    });

    it('of another thread are not found', async () => {
      const [mine, other] = [await threads.create(), await threads.create()];
      const message = await messages.create(mine.id, { role: 'user', content: 'mine' });
      await expect(messages.retrieve(message.id, { thread_id: other.id })).rejects.toMatchObject({
        status: 404,
        error: { message: `No message found with id '${message.id}'.` },
      });
      await expect(messages.delete(message.id, { thread_id: other.id })).rejects.toMatchObject({ status: 404 });
      expect(await messages.retrieve(message.id, { thread_id: mine.id })).toEqual(message);
    });

    it('of an unknown thread are not listed', async () => {
      const id = `thread_${UNKNOWN_ULID}`;
      await expect(messages.list(id)).rejects.toMatchObject({
        status: 404,
        error: { message: `No thread found with id '${id}'.` },
      });
    });
  });
});

function text(value: string): object {
  return { type: 'text', text: { value, annotations: [] } };
}

function textOf({ content }: { content: readonly object[] }): string {
  return (content[0] as { text: { value: string } }).text.value;
}
