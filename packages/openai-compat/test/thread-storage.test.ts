import { Cogitator } from '@cogitator-ai/core';
import { runStorageConformance } from '@cogitator-ai/openai-storage/conformance';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  createThreadStorage,
  fromThreadStorage,
  type Message,
  OpenAIAdapter,
  type StoredAssistant,
  type StoredFile,
  type StoredThread,
  ThreadManager,
  type ThreadStorage,
} from '../src/index.ts';

const redisUrl = process.env['REDIS_URL'] as string;
const postgresUrl = process.env['DATABASE_URL'] as string;
/** The peer of the library, by the little that is asked of it. */
const { Client } = createRequire(import.meta.url)('pg') as {
  Client: new (
    url: string,
  ) => Record<'connect' | 'end', () => Promise<void>> & { query(sql: string): Promise<unknown> };
};
const newName = () => `test_${randomBytes(6).toString('hex')}`;

/** Somebody's own storage: texts, so that nothing is shared with whoever saves and loads. */
class OwnStorage implements ThreadStorage {
  readonly calls: string[] = [];
  failure: Error | null = null;
  readonly #texts = new Map<string, string>();
  readonly #isSlow: boolean;

  constructor({ isSlow = true } = {}) {
    this.#isSlow = isSlow;
  }

  // The conformance suite has threads that do not say their id.
  saveThread = (id: string, { thread, messages }: StoredThread) =>
    this.#save('thread', id, { thread: { ...thread, id }, messages });
  loadThread = (id: string) => this.#load<StoredThread>('thread', id);
  deleteThread = (id: string) => this.#delete('thread', id);
  listThreads = () => this.#list<StoredThread>('thread');
  saveAssistant = (id: string, assistant: StoredAssistant) => this.#save('assistant', id, assistant);
  loadAssistant = (id: string) => this.#load<StoredAssistant>('assistant', id);
  deleteAssistant = (id: string) => this.#delete('assistant', id);
  listAssistants = () => this.#list<StoredAssistant>('assistant');
  saveFile = (id: string, file: StoredFile) =>
    this.#save('file', id, { ...file, content: file.content.toString('base64') });
  loadFile = async (id: string) => toFile(await this.#load<StoredFile>('file', id));
  deleteFile = (id: string) => this.#delete('file', id);
  listFiles = async () => (await this.#list<StoredFile>('file')).map((file) => toFile(file)!);

  #save(kind: string, id: string, value: object): Promise<void> {
    return this.#answer(`save ${kind}`, () => void this.#texts.set(`${kind} ${id}`, JSON.stringify(value)));
  }
  #load<T>(kind: string, id: string): Promise<T | null> {
    return this.#answer(`load ${kind}`, () => JSON.parse(this.#texts.get(`${kind} ${id}`) ?? 'null') as T | null);
  }
  #delete(kind: string, id: string): Promise<boolean> {
    return this.#answer(`delete ${kind}`, () => this.#texts.delete(`${kind} ${id}`));
  }
  #list<T>(kind: string): Promise<T[]> {
    return this.#answer(`list ${kind}`, () =>
      [...this.#texts].filter(([key]) => key.startsWith(`${kind} `)).map(([, text]) => JSON.parse(text) as T),
    );
  }
  async #answer<T>(call: string, answer: () => T): Promise<T> {
    // The suite has tests that read for as long as somebody writes, and would leave timers no room.
    if (this.#isSlow) await new Promise((resolve) => setTimeout(resolve, 1));
    if (this.failure) throw this.failure;
    this.calls.push(call);
    return answer();
  }
}

function toFile(stored: StoredFile | null): StoredFile | null {
  return stored && { ...stored, content: Buffer.from(stored.content as unknown as string, 'base64') };
}

describe.each([
  ['memory', () => createThreadStorage()],
  ['redis', () => createThreadStorage({ type: 'redis', url: redisUrl, keyPrefix: `${newName()}:` })],
  ['postgres', () => createThreadStorage({ type: 'postgres', connectionString: postgresUrl, tableName: newName() })],
  ['one of somebody', () => new OwnStorage()],
] as const)('a storage: %s', (name, create) => {
  it('keeps threads, assistants and files, whole', async () => {
    const storage: ThreadStorage = create();
    await storage.connect?.();
    const maker = new ThreadManager();
    const thread = await maker.createThread({ a: 'b' });
    const messages = [];
    for (const content of ['one', 'two', 'three']) {
      messages.push(await maker.addMessage(thread.id, { role: 'user', content }));
    }
    const [first, second, third] = messages as [(typeof messages)[0], (typeof messages)[0], (typeof messages)[0]];
    expect(await storage.loadThread(thread.id)).toBeNull();
    expect(await storage.deleteThread(thread.id)).toBe(false);
    await storage.saveThread(thread.id, { thread, messages: [first, second] });
    const changed = { ...second, metadata: { changed: 'yes' } };
    const renamed = { ...thread, metadata: { a: 'c' } };
    await storage.saveThread(thread.id, { thread: renamed, messages: [changed, third] });
    expect(await storage.loadThread(thread.id)).toEqual({ thread: renamed, messages: [changed, third] });
    expect(await storage.listThreads()).toEqual([{ thread: renamed, messages: [changed, third] }]);
    expect(await storage.deleteThread(thread.id)).toBe(true);
    expect(await storage.listThreads()).toEqual([]);

    const assistant = await maker.createAssistant({ model: 'gpt-4o', name: 'A', temperature: 0.5, top_p: 0.9 });
    await storage.saveAssistant(assistant.id, assistant);
    await storage.saveAssistant(assistant.id, { ...assistant, name: 'B' });
    expect(await storage.loadAssistant(assistant.id)).toEqual({ ...assistant, name: 'B' });
    expect(await storage.listAssistants()).toEqual([{ ...assistant, name: 'B' }]);
    expect(await storage.deleteAssistant(assistant.id)).toBe(true);
    expect([await storage.loadAssistant(assistant.id), await storage.deleteAssistant(assistant.id)]).toEqual([
      null,
      false,
    ]);

    const file = await maker.addFile(randomBytes(700_000), 'a.bin', { purpose: 'user_data' });
    await storage.saveFile(file.id, file);
    const other = { ...file, content: Buffer.alloc(0), filename: 'b.bin' };
    await storage.saveFile(file.id, other);
    expect(await storage.loadFile(file.id)).toEqual(other);
    await storage.saveFile(file.id, file);
    expect(await storage.listFiles()).toEqual([file]);
    expect(await storage.deleteFile(file.id)).toBe(true);
    expect([await storage.loadFile(file.id), await storage.deleteFile(file.id)]).toEqual([null, false]);
    await storage.disconnect?.();
  });

  it('keeps what a manager is told, for the next one', async () => {
    const storage: ThreadStorage = create();
    const manager = new ThreadManager(storage);
    const thread = await manager.createThread();
    const texts = Array.from({ length: 12 }, (_, index) => `message ${index}`);
    for (const content of texts) await manager.addMessage(thread.id, { role: 'user', content });
    const file = await manager.addFile(Buffer.from('some bytes'), 'a.txt');
    const assistant = await manager.createAssistant({ model: 'gpt-4o' });

    const next = new ThreadManager(storage);
    expect((await next.getMessagesForLLM(thread.id)).map(({ content }) => content)).toEqual(texts);
    const page = await next.listMessages(thread.id, { limit: 2 });
    expect(page.map(({ content: [part] }) => part)).toMatchObject([
      { text: { value: 'message 11' } },
      { text: { value: 'message 10' } },
    ]);
    const [, cursor] = page;
    const before = await next.listMessages(thread.id, { order: 'asc', before: cursor!.id });
    expect(before).toHaveLength(10);
    expect((await next.getFile(file.id))?.content.toString()).toBe('some bytes');
    expect(await next.updateAssistant(assistant.id, { name: 'Expert' })).toEqual({ ...assistant, name: 'Expert' });
    expect(await next.listAssistants()).toEqual([{ ...assistant, name: 'Expert' }]);
    expect(await next.deleteFile(file.id)).toBe(true);
    expect(await next.listFiles()).toEqual([]);
    expect(await next.updateThread(thread.id, { metadata: { a: 'b' } })).toMatchObject({ metadata: { a: 'b' } });
    expect(await next.deleteThread(thread.id)).toBe(true);
    expect(await storage.listThreads()).toEqual([]);
    await storage.disconnect?.();
  });

  it.skipIf(name === 'one of somebody')('keeps what it is given under the id that it is given', async () => {
    const storage: ThreadStorage = create();
    const maker = new ThreadManager();
    const [assistant, thread] = [await maker.createAssistant({ model: 'gpt-4o' }), await maker.createThread()];
    const message = await maker.addMessage(thread.id, { role: 'user', content: 'Hi' });
    await storage.saveAssistant('asst_copy', assistant);
    expect(await storage.loadAssistant('asst_copy')).toEqual({ ...assistant, id: 'asst_copy' });
    await storage.saveThread('thread_copy', { thread, messages: [message] });
    expect(await storage.loadThread('thread_copy')).toEqual({
      thread: { ...thread, id: 'thread_copy' },
      messages: [{ ...message, thread_id: 'thread_copy' }],
    });
    await storage.disconnect?.();
  });

  it.skipIf(name === 'one of somebody')('refuses messages whose ids do not rise, before it writes', async () => {
    const storage: ThreadStorage = create();
    const maker = new ThreadManager();
    const thread = await maker.createThread();
    const first = await maker.addMessage(thread.id, { role: 'user', content: 'one' });
    const second = await maker.addMessage(thread.id, { role: 'user', content: 'two' });
    await expect(storage.saveThread(thread.id, { thread, messages: [second, first] })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining(thread.id),
    });
    expect(await storage.loadThread(thread.id)).toBeNull();
    await storage.disconnect?.();
  });

  it.skipIf(name === 'one of somebody')('answers no more once it is disconnected, until it is connected', async () => {
    const storage: ThreadStorage = create();
    const thread = await new ThreadManager(storage).createThread();
    await storage.disconnect?.();
    await storage.disconnect?.();
    const load = storage.loadThread(thread.id).then(
      () => 'loaded',
      (error: { code: string }) => error.code,
    );
    expect(await load).toBe(name === 'memory' ? 'loaded' : 'closed');
    await storage.connect?.();
    expect(await storage.loadThread(thread.id)).toEqual({ thread, messages: [] });
    await storage.disconnect?.();
  });
});

describe('the storage in Redis', () => {
  it.each([
    ['redis://HOST', 'auth p%ss:word', 'select 3'],
    ['redis://user@HOST/', 'auth user p%ss:word', 'select 3'],
    ['redis://:own@HOST/5', 'auth own', 'select 5'],
  ])('gets by %s what that does not say from the options', async (url, ...expected) => {
    const received: string[] = [];
    const server = createServer((socket) => {
      socket.on('data', (data) => {
        // An array of texts, each behind its length.
        const commands = data
          .toString()
          .split(/^\*\d+\r\n/m)
          .slice(1);
        for (const command of commands)
          received.push(
            command
              .split('\r\n')
              .filter((_, line) => line % 2 === 1)
              .join(' '),
          );
        socket.write('+OK\r\n'.repeat(commands.length));
      });
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const storage = createThreadStorage({
      type: 'redis',
      url: url.replace('HOST', `127.0.0.1:${port}`),
      password: 'p%ss:word',
      db: 3,
    });
    const connecting = storage.connect().catch(() => {});
    await expect.poll(() => received).toEqual(expect.arrayContaining(expected));
    await storage.disconnect();
    await connecting;
    server.close();
  });

  it('refuses a URL that is none', async () => {
    const storage = createThreadStorage({ type: 'redis', url: 'localhost', db: 3 });
    await expect(storage.connect()).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

describe('the storage in PostgreSQL', () => {
  const open = (config: { schema?: string; tableName?: string }, connectionString = postgresUrl) =>
    createThreadStorage({ type: 'postgres', connectionString, ...config });

  it('is another for every other pair of names', async () => {
    const name = newName();
    const storages = [
      open({ tableName: `${name}_b_c` }),
      open({ schema: name, tableName: 'b_c' }),
      open({ schema: `${name}_b`, tableName: 'c' }),
    ];
    const made = await Promise.all(storages.map((storage) => new ThreadManager(storage).createThread()));
    for (const [index, storage] of storages.entries()) {
      expect((await storage.listThreads()).map(({ thread }) => thread)).toEqual([made[index]]);
      await storage.disconnect();
    }
    expect(() => open({ schema: `${name}.b`, tableName: 'c' })).toThrow(TypeError);
    expect(() => open({ tableName: `${name}.b` })).toThrow(TypeError);
  });

  it('needs no right to make schemas where its own is there', async () => {
    const role = newName();
    const client = new Client(postgresUrl);
    await client.connect();
    await client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    await client.query(`CREATE SCHEMA "${role}.threads" AUTHORIZATION ${role}`);
    const url = Object.assign(new URL(postgresUrl), { username: role, password: 'secret' }).href;
    await expect(open({ schema: role, tableName: 'others' }, url).connect()).rejects.toThrow('permission denied');
    const storage = open({ schema: role, tableName: 'threads' }, url);
    const { id } = await new ThreadManager(storage).createThread();
    expect((await storage.loadThread(id))?.thread.id).toBe(id);
    await storage.disconnect();
    await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await client.end();
  });
});

describe('a manager', () => {
  const manager = new ThreadManager();

  it('tells what is not there from what is wrong', async () => {
    const missing = 'thread_01J00000000000000000000000';
    expect(await manager.getThread(missing)).toBeUndefined();
    expect(await manager.getMessage(missing, 'msg_1')).toBeUndefined();
    expect(await manager.deleteThread(missing)).toBe(false);
    expect(await manager.getFile('file-1')).toBeUndefined();
    expect(await manager.updateAssistant('asst_1', {})).toBeUndefined();
    await expect(manager.addMessage(missing, { role: 'user', content: 'Hi' })).rejects.toMatchObject({ status: 404 });
    await expect(manager.listMessages(missing)).rejects.toMatchObject({ status: 404 });
    const { id } = await manager.createThread();
    await expect(manager.addMessage(id, { role: 'user', content: '' })).rejects.toMatchObject({ status: 400 });
    await expect(manager.listMessages(id, { limit: 0 })).rejects.toThrow(RangeError);
    const missingStore = { tool_resources: { file_search: { vector_store_ids: ['vs_1'] } } };
    const assistant = await manager.createAssistant({ model: 'gpt-4o' });
    for (const change of [
      manager.updateThread(id, missingStore),
      manager.updateAssistant(assistant.id, missingStore),
    ]) {
      await expect(change).rejects.toMatchObject({ status: 404, message: expect.stringContaining('vs_1') });
    }
    expect(await manager.updateThread(missing, missingStore)).toBeUndefined();
    await expect(manager.createThread({ a: 1 } as never)).rejects.toMatchObject({ name: 'ApiError', status: 400 });
  });

  it('lists as many messages as there are, or as are asked for', async () => {
    const { id } = await manager.createThread();
    const made = [];
    for (let index = 0; index < 250; index++) made.push(await manager.addMessage(id, { role: 'user', content: 'x' }));
    expect(await manager.listMessages(id, { order: 'asc' })).toEqual(made);
    expect(await manager.listMessages(id)).toEqual(made.toReversed());
    expect(await manager.listMessages(id, { limit: 130 })).toEqual(made.toReversed().slice(0, 130));
    const order = 'asc' as const;
    expect(await manager.listMessages(id, { order, before: made[220]!.id })).toEqual(made.slice(0, 220));
    expect(await manager.listMessages(id, { order, before: made[220]!.id, limit: 150 })).toEqual(made.slice(70, 220));
    const [after, before] = [made[10]!.id, made[215]!.id];
    expect(await manager.listMessages(id, { order, after, before })).toEqual(made.slice(11, 215));
  });
});

async function messagesOf(...texts: string[]): Promise<Message[]> {
  const maker = new ThreadManager();
  const { id } = await maker.createThread();
  return Promise.all(texts.map((content) => maker.addMessage(id, { role: 'user', content })));
}

describe("somebody's storage", () => {
  it('is asked once for what is read often, and saves each change before it is answered', async () => {
    const own = new OwnStorage();
    const manager = new ThreadManager(own);
    const { id } = await manager.createThread();
    await manager.addMessage(id, { role: 'user', content: 'Hi' });
    for (let times = 0; times < 5; times++) await manager.listMessages(id);
    expect(own.calls.filter((call) => call.startsWith('load'))).toEqual(['load thread']);
    expect((await own.loadThread(id))?.messages).toHaveLength(1);
  });

  it('saves no older state over a newer one, whatever comes at the same moment', async () => {
    const own = new OwnStorage();
    const manager = new ThreadManager(own);
    const { id } = await manager.createThread();
    await Promise.all(Array.from({ length: 40 }, () => manager.addMessage(id, { role: 'user', content: 'Hi' })));
    expect((await own.loadThread(id))?.messages).toHaveLength(40);
    expect(own.calls.filter((call) => call === 'save thread').length).toBeLessThan(20);
  });

  it('that fails is a storage that cannot be used, and may recover', async () => {
    const own = new OwnStorage();
    const { id } = await new ThreadManager(own).createThread();
    const manager = new ThreadManager(own);
    own.failure = new Error('disk on fire');
    for (const call of [
      () => manager.getThread(id),
      () => manager.addMessage(id, { role: 'user', content: 'Hi' }),
      () => manager.listAssistants(),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('disk on fire'),
      });
    }
    own.failure = null;
    expect(await manager.getThread(id)).toBeDefined();
    await manager.addMessage(id, { role: 'user', content: 'Hi' });
    expect((await own.loadThread(id))?.messages).toHaveLength(1);
  });

  it('that fails leaves assistants and files as they were', async () => {
    const own = new OwnStorage();
    const manager = new ThreadManager(own);
    const assistant = await manager.createAssistant({ model: 'gpt-4o' });
    const file = await manager.addFile(Buffer.from('some bytes'), 'a.txt');
    own.failure = new Error('disk on fire');
    for (const call of [
      () => manager.createAssistant({ model: 'gpt-4o' }),
      () => manager.updateAssistant(assistant.id, { name: 'Expert' }),
      () => manager.deleteAssistant(assistant.id),
      () => manager.deleteAssistant(assistant.id),
      () => manager.addFile(Buffer.from('other bytes'), 'b.txt'),
      () => manager.deleteFile(file.id),
      () => manager.deleteFile(file.id),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'unavailable' });
    }
    own.failure = null;
    expect(await manager.listAssistants()).toEqual([assistant]);
    expect((await manager.listFiles()).map(({ id }) => id)).toEqual([file.id]);
    expect((await manager.getFile(file.id))?.content.toString()).toBe('some bytes');
    expect([await manager.deleteAssistant(assistant.id), await manager.deleteFile(file.id)]).toEqual([true, true]);
    expect([await own.listAssistants(), await own.listFiles()]).toEqual([[], []]);
  });

  it('saves changes of one assistant in their order', async () => {
    const own = new OwnStorage();
    const manager = new ThreadManager(own);
    const { id } = await manager.createAssistant({ model: 'gpt-4o' });
    const save = own.saveAssistant;
    // The first takes longest.
    let pauseMs = 20;
    own.saveAssistant = async (...parameters) => {
      await sleep((pauseMs -= 5));
      return save(...parameters);
    };
    await Promise.all(['one', 'two', 'three'].map((name) => manager.updateAssistant(id, { name })));
    expect((await own.loadAssistant(id))?.name).toBe((await manager.getAssistant(id))?.name);
  });

  it('is told of a thread later what it could not be told at once', async () => {
    const own = new OwnStorage({ isSlow: false });
    const manager = new ThreadManager(own);
    const { id } = await manager.createThread();
    own.failure = new Error('away');
    await expect(manager.addMessage(id, { role: 'user', content: 'Hi' })).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(await manager.listMessages(id)).toHaveLength(1);
    own.failure = null;
    await expect.poll(async () => (await own.loadThread(id))?.messages.length, { timeout: 5000 }).toBe(1);
  });

  it('is told of a thread that was deleted before the deletion is said to be done', async () => {
    const own = new OwnStorage({ isSlow: false });
    const manager = new ThreadManager(own);
    const { id } = await manager.createThread();
    own.failure = new Error('away');
    for (let times = 0; times < 2; times++) {
      await expect(manager.deleteThread(id)).rejects.toMatchObject({ code: 'unavailable' });
    }
    expect(await manager.getThread(id)).toBeUndefined();
    own.failure = null;
    expect([await manager.deleteThread(id), await own.loadThread(id)]).toEqual([false, null]);
  });

  it('is told at the end what it was not told before, and nothing after that', async () => {
    const own = new OwnStorage({ isSlow: false });
    const manager = new ThreadManager(own);
    const [saved, lost] = [await manager.createThread(), await manager.createThread()];
    own.failure = new Error('away');
    const add = (id: string) => manager.addMessage(id, { role: 'user', content: 'Hi' }).catch(() => {});
    await Promise.all([add(saved.id), add(lost.id)]);
    own.failure = null;
    const { saveThread } = own;
    own.saveThread = (id, thread) => (id === saved.id ? saveThread(id, thread) : Promise.reject(new Error('away')));
    await manager.storage.close();
    own.saveThread = saveThread;
    await sleep(600);
    expect((await own.loadThread(saved.id))?.messages).toHaveLength(1);
    expect((await own.loadThread(lost.id))?.messages).toHaveLength(0);
  });

  it('is left no thread that it was not told of', async () => {
    const own = new OwnStorage({ isSlow: false });
    const manager = new ThreadManager(own);
    const { id } = await manager.createThread();
    const { saveThread } = own;
    own.saveThread = (threadId, thread) =>
      threadId === id ? Promise.reject(new Error('too large')) : saveThread(threadId, thread);
    await manager.addMessage(id, { role: 'user', content: 'Hi' }).catch(() => {});
    for (let index = 0; index < 1001; index++) await manager.createThread();
    expect(await manager.listMessages(id)).toHaveLength(1);
  });

  it.each([
    ['do not rise', ['msg_V1StGXR8', 'msg_Uakgb_J5', 'msg_m9dXBI5k', 'msg_0NKpuFEe']],
    ['come behind those made here', ['msg_zz1', 'msg_zz2', 'msg_zz3', 'msg_zz4']],
  ])('keeps its order of messages whose ids %s', async (_, names) => {
    const own = new OwnStorage();
    const { id, ...thread } = await new ThreadManager().createThread();
    const [template] = await messagesOf('template');
    const messages = names.map((name) => ({ ...template!, id: name, thread_id: id }));
    await own.saveThread(id, { thread: { id, ...thread }, messages });
    const manager = new ThreadManager(own);
    const list = async (options: Parameters<ThreadManager['listMessages']>[1] = {}) =>
      (await manager.listMessages(id, { order: 'asc', ...options })).map((message) => message.id);
    expect(await list()).toEqual(names);
    expect(await list({ order: 'desc' })).toEqual(names.toReversed());
    expect([await list({ after: names[1]! }), await list({ before: names[1]! })]).toEqual([
      names.slice(2),
      names.slice(0, 1),
    ]);
    expect((await manager.getMessage(id, names[2]!))?.id).toBe(names[2]);
    const added = await manager.addMessage(id, { role: 'user', content: 'Hi' });
    expect(await list()).toEqual([...names, added.id]);
    expect((await own.loadThread(id))?.messages.map((message) => message.id)).toEqual([...names, added.id]);
    expect((await new ThreadManager(own).listMessages(id, { order: 'asc' })).at(-1)).toEqual(added);
    for (let index = 0; index < 1000; index++) await manager.createThread();
    expect(await list()).toEqual([...names, added.id]);
  });

  it('has messages of it found, changed and deleted by their ids', async () => {
    const own = new OwnStorage();
    const { id, ...thread } = await new ThreadManager().createThread();
    const [template] = await messagesOf('template');
    const messages = ['b', 'a'].map((name) => ({ ...template!, id: name, thread_id: id }));
    await own.saveThread(id, { thread: { id, ...thread }, messages });
    const storage = fromThreadStorage(own);
    const keyOf = (name: string) => ({ kind: 'message', path: [id], id: name }) as const;
    const put = { write: 'put', body: '{"id":"a"}' } as const;
    const found = await storage.getMany([keyOf('a'), keyOf('none')]);
    expect(found).toMatchObject([{ key: keyOf('a'), body: JSON.stringify(messages[1]) }, null]);
    const conflict = { reason: 'version', key: keyOf('a') };
    const checks = [{ check: 'version', key: keyOf('a'), version: 9 }] as const;
    expect(await storage.commit({ checks, writes: [{ ...put, key: keyOf('b') }] })).toEqual({ ok: false, conflict });
    await storage.commit({
      writes: [
        { ...put, key: keyOf('a') },
        { write: 'delete', key: keyOf('b') },
      ],
    });
    expect((await own.loadThread(id))?.messages).toEqual([{ id: 'a' }]);
  });

  it('is asked for nothing but identifiers', async () => {
    const own = new OwnStorage();
    const asked: string[] = [];
    const { loadThread } = own;
    own.loadThread = (id) => (asked.push(id), loadThread(id));
    const manager = new ThreadManager(own);
    const { id } = await manager.createThread();
    own.calls.length = asked.length = 0;
    for (const name of ['thread_/../../etc/passwd', 'thread_a b', 'thread_\0', `thread_${'x'.repeat(200)}`, '']) {
      expect(await manager.getThread(name)).toBeUndefined();
      expect(await manager.deleteThread(name)).toBe(false);
      await manager.storage.commit({ writes: [{ write: 'delete', key: { kind: 'thread', path: [], id: name } }] });
      expect([await manager.getMessage(id, name), await manager.getFile(name)]).toEqual([undefined, undefined]);
    }
    expect([asked, own.calls]).toEqual([[], ['list file']]);
  });

  it('is asked for all threads at once', async () => {
    const own = new OwnStorage();
    const maker = new ThreadManager(own);
    const made = [await maker.createThread(), await maker.createThread()];
    const storage = fromThreadStorage(own);
    own.calls.length = 0;
    const request = { kind: 'thread', path: [], order: 'asc', limit: 10 } as const;
    expect((await storage.list(request)).records.map(({ key }) => key.id)).toEqual(made.map(({ id }) => id));
    expect(own.calls).toEqual(['list thread']);
  });

  it('may list a thread that cannot be loaded, until it can', async () => {
    const own = new OwnStorage();
    const [message] = await messagesOf('elsewhere');
    const thread = await new ThreadManager(own).createThread();
    await own.saveThread(thread.id, { thread, messages: [message!] });
    const storage = fromThreadStorage(own);
    const list = () => storage.list({ kind: 'thread', path: [], order: 'asc', limit: 10 });
    await expect(list()).rejects.toMatchObject({ name: 'StorageError' });
    await own.saveThread(thread.id, { thread, messages: [] });
    expect((await list()).records).toHaveLength(1);
  });

  it('is left what was not used for long, and answers for it again', async () => {
    const own = new OwnStorage();
    const manager = new ThreadManager(own);
    const { id } = await manager.createThread({ first: 'yes' });
    for (let index = 0; index < 1000; index++) await manager.createThread();
    own.calls.length = 0;
    expect(await manager.getThread(id)).toMatchObject({ metadata: { first: 'yes' } });
    expect(own.calls).toEqual(['load thread']);
  });

  it('keeps the answers of runs, and the runs are known while the process lives', async () => {
    const own = new OwnStorage();
    const cogitator = new Cogitator();
    const adapter = new OpenAIAdapter(cogitator, { storage: own });
    const assistant = await adapter.createAssistant({ model: 'demo' });
    const thread = await adapter.createThread();
    await adapter.addMessage(thread.id, { role: 'user', content: 'Hi' });
    const { id } = await adapter.createRun(thread.id, { assistant_id: assistant.id });
    await expect.poll(() => adapter.getRun(thread.id, id).status).toBe('completed');
    expect((await own.loadThread(thread.id))?.messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
    expect((await adapter.getRun(thread.id, id))?.status).toBe('completed');
    await adapter.close();
    await cogitator.close();
  });
});

describe('what is no storage', () => {
  it.each([
    ['redis', "createThreadStorage takes { type: 'redis', url }, got 'redis'."],
    ['redis://:secret@host', "createThreadStorage takes { type: 'redis', url }, got 'redis:…'."],
    [null, "createThreadStorage takes { type: 'redis', url }, got null."],
    [
      { type: 'sqlite' },
      "There is no storage of the type 'sqlite': it is 'memory', 'redis' or 'postgres'. " +
        'For SQLite there is openSqliteStorage of @cogitator-ai/openai-storage-sqlite.',
    ],
  ])('is not made: %j', (config, message) => {
    expect(() => createThreadStorage(config as never)).toThrow(new TypeError(message));
  });

  it('is told which methods it lacks', () => {
    expect(() => new ThreadManager({} as never)).toThrow(/; saveThread, loadThread, .*, listFiles are missing\.$/);
    const own = Object.assign(new OwnStorage(), { deleteFile: undefined });
    expect(() => fromThreadStorage(own)).toThrow(
      new TypeError('storage must have the methods of ThreadStorage; deleteFile is missing.'),
    );
  });
});

runStorageConformance(
  'fromThreadStorage',
  () => Promise.resolve(fromThreadStorage(new OwnStorage({ isSlow: false }))),
  {
    without: ['replicas', 'reopening', 'streaming'],
  },
);
