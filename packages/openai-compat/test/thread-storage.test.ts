import { Cogitator } from '@cogitator-ai/core';
import { runStorageConformance } from '@cogitator-ai/openai-storage/conformance';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createThreadStorage,
  fromThreadStorage,
  OpenAIAdapter,
  type StoredAssistant,
  type StoredFile,
  type StoredThread,
  ThreadManager,
  type ThreadStorage,
} from '../src/index.ts';

const redisUrl = process.env['REDIS_URL'] as string;
const postgresUrl = process.env['DATABASE_URL'] as string;
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

  saveThread = (id: string, thread: StoredThread) => this.#save('thread', id, thread);
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
    expect((await adapter.getRun(thread.id, id)).status).toBe('completed');
    await adapter.close();
    await cogitator.close();
  });
});

it('is told by the constructor when a package is missing', () => {
  expect(() => createThreadStorage({ type: 'mysql' } as never)).toThrow("There is no storage of the type 'mysql'.");
});

runStorageConformance(
  'fromThreadStorage',
  () => Promise.resolve(fromThreadStorage(new OwnStorage({ isSlow: false }))),
  {
    without: ['replicas', 'reopening', 'streaming'],
  },
);
