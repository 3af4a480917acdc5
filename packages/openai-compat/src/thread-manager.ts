import { buffer } from 'node:stream/consumers';
import { createEngine, type Engine, type ModelPort } from '@cogitator-ai/openai-engine';
import {
  type Assistant,
  CreateAssistantRequest,
  CreateMessageRequest,
  type FileObject,
  type Message,
  parseRequest,
  type Thread,
  UpdateAssistantRequest,
  UpdateThreadRequest,
  UploadFileRequest,
} from '@cogitator-ai/openai-protocol';
import type { Storage } from '@cogitator-ai/openai-storage';
import type { z } from 'zod';
import { neverAborted } from './never-aborted.ts';
import {
  changedOrUndefined,
  type ListMessagesOptions,
  listAll,
  listMessages,
  orFalse,
  orUndefined,
} from './services.ts';
import { fromThreadStorage } from './storage/from-thread-storage.ts';
import { InMemoryThreadStorage } from './storage/in-memory-thread-storage.ts';
import { oneChunk } from './storage/one-chunk.ts';
import { toStoredAssistant, toStoredFile } from './storage/stored-objects.ts';
import type { StoredAssistant, StoredFile, ThreadStorage } from './storage/thread-storage.ts';

/** It keeps what assistants are to be; which models there are is not its business. */
const ANY_MODEL: ModelPort = {
  list: () => Promise.resolve([]),
  accepts: () => true,
  stream() {
    throw new Error('A thread manager runs nothing.');
  },
};

/**
 * Assistants, threads, messages and files, without anything that runs.
 *
 * Methods that look for one object resolve to `undefined` where there is none, those that delete tell whether there was one, and
 * all others reject with `ApiError` for what is wrong and with `StorageError` when the store fails.
 */
export class ThreadManager {
  /** Where everything is kept, by the full contract. */
  readonly storage: Storage;
  readonly #engine: Engine;

  /**
   * @param storage - Default in memory. A `Storage` of `@cogitator-ai/openai-storage` will do as well.
   * @throws `TypeError` for what is neither.
   */
  constructor(storage: ThreadStorage | Storage = new InMemoryThreadStorage()) {
    this.storage = isStorage(storage) ? storage : fromThreadStorage(storage);
    this.#engine = createEngine({ storage: this.storage, models: ANY_MODEL });
  }

  async createAssistant(request: z.input<typeof CreateAssistantRequest>): Promise<StoredAssistant> {
    const { value } = await this.#engine.assistants.create(parseRequest(CreateAssistantRequest, request));
    return toStoredAssistant(value);
  }

  async getAssistant(id: string): Promise<StoredAssistant | undefined> {
    const assistant = await orUndefined(this.#engine.assistants.retrieve(id));
    return assistant && toStoredAssistant(assistant);
  }

  /** Changes the fields that are given. */
  async updateAssistant(
    id: string,
    changes: z.input<typeof UpdateAssistantRequest>,
  ): Promise<StoredAssistant | undefined> {
    const request = parseRequest(UpdateAssistantRequest, changes);
    const change = this.#engine.assistants.update(id, request);
    const assistant = await changedOrUndefined(change, () => this.getAssistant(id));
    return assistant && toStoredAssistant(assistant);
  }

  deleteAssistant(id: string): Promise<boolean> {
    return orFalse(this.#engine.assistants.delete(id));
  }

  /** All of them, oldest first. */
  async listAssistants(): Promise<StoredAssistant[]> {
    const assistants = await listAll<Assistant>((page) => this.#engine.assistants.list(page));
    return assistants.map(toStoredAssistant);
  }

  async createThread(metadata: Record<string, string> = {}): Promise<Thread> {
    return (await this.#engine.threads.create(parseRequest(UpdateThreadRequest, { metadata }))).value;
  }

  getThread(id: string): Promise<Thread | undefined> {
    return orUndefined(this.#engine.threads.retrieve(id));
  }

  /** Changes the fields that are given. */
  async updateThread(id: string, changes: z.input<typeof UpdateThreadRequest>): Promise<Thread | undefined> {
    const change = this.#engine.threads.update(id, parseRequest(UpdateThreadRequest, changes));
    return changedOrUndefined(change, () => this.getThread(id));
  }

  deleteThread(id: string): Promise<boolean> {
    return orFalse(this.#engine.threads.delete(id));
  }

  async addMessage(threadId: string, request: z.input<typeof CreateMessageRequest>): Promise<Message> {
    return (await this.#engine.messages.create(threadId, parseRequest(CreateMessageRequest, request))).value;
  }

  /** Adds an answer that was got elsewhere. */
  async addAssistantMessage(threadId: string, content: string, assistantId: string, runId: string): Promise<Message> {
    const request = parseRequest(CreateMessageRequest, { role: 'assistant', content });
    const origin = { assistant_id: assistantId, run_id: runId };
    return (await this.#engine.messages.create(threadId, request, origin)).value;
  }

  getMessage(threadId: string, messageId: string): Promise<Message | undefined> {
    return orUndefined(this.#engine.messages.retrieve(threadId, messageId));
  }

  /** Messages, newest first unless `order` is `asc`; all of them unless there is a `limit`. */
  listMessages(threadId: string, options: ListMessagesOptions = {}): Promise<Message[]> {
    return listMessages(this.#engine, threadId, options);
  }

  /** The conversation so far as models are told it, oldest message first; only what is text. */
  async getMessagesForLLM(threadId: string): Promise<{ role: 'user' | 'assistant'; content: string }[]> {
    const messages = await this.listMessages(threadId, { order: 'asc' });
    return messages.map(({ role, content }) => ({
      role,
      content: content.flatMap((part) => (part.type === 'text' ? [part.text.value] : [])).join('\n'),
    }));
  }

  /** @param options.purpose - Default `assistants`. */
  async addFile(
    content: Uint8Array,
    filename: string,
    options: { purpose?: FileObject['purpose'] } = {},
  ): Promise<StoredFile> {
    const { files } = this.#engine;
    const request = parseRequest(UploadFileRequest, { purpose: 'assistants', ...options });
    const received = await files.receive(oneChunk(content), { signal: neverAborted() });
    const { value } = await files.create(request, { ...received, filename });
    return toStoredFile(value, Buffer.from(content));
  }

  async getFile(id: string): Promise<StoredFile | undefined> {
    const { files } = this.#engine;
    const file = await orUndefined(files.retrieve(id));
    if (!file) return undefined;
    return toStoredFile(file, await buffer(await files.content(id, { signal: neverAborted() })));
  }

  deleteFile(id: string): Promise<boolean> {
    return orFalse(this.#engine.files.delete(id));
  }

  /** All of them, oldest first, without their content: see {@link ThreadManager.getFile}. */
  listFiles(): Promise<FileObject[]> {
    return listAll<FileObject>((page) => this.#engine.files.list({ ...page, purpose: undefined }));
  }
}

function isStorage(storage: ThreadStorage | Storage): storage is Storage {
  return typeof (storage as Partial<Storage> | null)?.commit === 'function';
}
