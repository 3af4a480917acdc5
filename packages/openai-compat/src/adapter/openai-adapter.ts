import {
  createEngine,
  createServerTool,
  type Engine,
  type Logger,
  type RetrievalPort,
  type ToolDefinition,
} from '@cogitator-ai/openai-engine';
import {
  ACTIVE_RUN_STATUSES,
  type Assistant,
  CreateAssistantRequest,
  CreateRunRequest,
  type Message,
  parseRequest,
  type Run,
  SubmitToolOutputsRequest,
  type Thread,
  UpdateAssistantRequest,
} from '@cogitator-ai/openai-protocol';
import type { Storage } from '@cogitator-ai/openai-storage';
import type { z } from 'zod';
import { AdapterOptions, checkOptions } from '../check-options.ts';
import type { CogitatorLike } from '../cogitator/cogitator-like.ts';
import { toModelPort } from '../cogitator/to-model-port.ts';
import {
  changedOrUndefined,
  type ListMessagesOptions,
  listAll,
  listMessages,
  orFalse,
  orUndefined,
} from '../services.ts';
import type { ThreadStorage } from '../storage/thread-storage.ts';
import { ThreadManager } from '../thread-manager.ts';
import { KnownRuns } from './known-runs.ts';

export interface OpenAIAdapterOptions {
  /** Functions that run here when an assistant names them. Default none. */
  tools?: readonly ToolDefinition[];
  /** Where everything is kept. Default in memory. */
  storage?: ThreadStorage | Storage;
  /** The same, by a manager that is there already; wins over `storage`. */
  threadManager?: ThreadManager;
  /** What makes files searchable, such as `createRetrieval()` of `@cogitator-ai/openai-retrieval`. Default nothing. It is left open at the end. */
  retrieval?: RetrievalPort;
  /** Told of tools and runs that fail. Default nobody. */
  logger?: Logger;
}

/** A run as this process knows it at once, and a promise of the run as it is. */
export type KnownRun<Answer = Run> = Promise<Answer> & Partial<Run>;

/**
 * The Assistants API without a server.
 *
 * Methods that look for one object resolve to `undefined` where there is none, those that delete tell whether there was one, and
 * all others reject with `ApiError` for what is wrong and with `StorageError` when the store fails.
 */
export class OpenAIAdapter {
  /** All that the server offers, steps and files included, as the routes call it. */
  readonly engine: Engine;
  readonly #threadManager: ThreadManager;
  readonly #knownRuns = new KnownRuns();
  #isClosed = false;

  /** @throws `TypeError` for a runtime of no known shape, and for an option that is wrong, which it names. */
  constructor(cogitator: CogitatorLike, options: OpenAIAdapterOptions = {}) {
    checkOptions(AdapterOptions, options);
    const { tools = [], storage, threadManager = new ThreadManager(storage), retrieval, logger } = options;
    this.#threadManager = threadManager;
    this.engine = createEngine({
      storage: this.#knownRuns.watch(threadManager.storage),
      models: toModelPort(cogitator),
      tools: tools.map((tool) => createServerTool(tool)),
      ...(retrieval && { retrieval }),
      ...(logger && { logger }),
    });
    this.engine.start();
  }

  getThreadManager(): ThreadManager {
    return this.#threadManager;
  }

  async createAssistant(request: z.input<typeof CreateAssistantRequest>): Promise<Assistant> {
    return (await this.engine.assistants.create(parseRequest(CreateAssistantRequest, request))).value;
  }

  getAssistant(id: string): Promise<Assistant | undefined> {
    return orUndefined(this.engine.assistants.retrieve(id));
  }

  /** Changes the fields that are given. */
  async updateAssistant(id: string, changes: z.input<typeof UpdateAssistantRequest>): Promise<Assistant | undefined> {
    const request = parseRequest(UpdateAssistantRequest, changes);
    return changedOrUndefined(this.engine.assistants.update(id, request), () => this.getAssistant(id));
  }

  deleteAssistant(id: string): Promise<boolean> {
    return orFalse(this.engine.assistants.delete(id));
  }

  /** All of them, oldest first. */
  listAssistants(): Promise<Assistant[]> {
    return listAll<Assistant>((page) => this.engine.assistants.list(page));
  }

  createThread(metadata?: Record<string, string>): Promise<Thread> {
    return this.#threadManager.createThread(metadata);
  }

  getThread(id: string): Promise<Thread | undefined> {
    return this.#threadManager.getThread(id);
  }

  updateThread(...parameters: Parameters<ThreadManager['updateThread']>): Promise<Thread | undefined> {
    return this.#threadManager.updateThread(...parameters);
  }

  /** Ends its run, if there is one. */
  deleteThread(id: string): Promise<boolean> {
    return orFalse(this.engine.threads.delete(id));
  }

  addMessage(...parameters: Parameters<ThreadManager['addMessage']>): Promise<Message> {
    return this.#threadManager.addMessage(...parameters);
  }

  getMessage(threadId: string, messageId: string): Promise<Message | undefined> {
    return this.#threadManager.getMessage(threadId, messageId);
  }

  /** Messages, newest first unless `order` is `asc`; all of them unless there is a `limit`. */
  listMessages(threadId: string, options: ListMessagesOptions = {}): Promise<Message[]> {
    return listMessages(this.engine, threadId, options);
  }

  /** Queues a run; it goes on by itself. What becomes of it {@link OpenAIAdapter.getRun} tells. */
  async createRun(threadId: string, request: z.input<typeof CreateRunRequest>): Promise<Run> {
    this.#assertOpen();
    const { run } = await this.engine.runs.create(threadId, parseRequest(CreateRunRequest, request));
    return run.value;
  }

  /**
   * A run as it is. Without `await` the answer has the fields of the run as this process has written it last, or none when another
   * process advances it.
   */
  getRun(threadId: string, runId: string): KnownRun<Run | undefined> {
    return withFields(orUndefined(this.engine.runs.retrieve(threadId, runId)), this.#knownRuns.get(threadId, runId));
  }

  /** Has a run cancelled. Without `await` the answer has the fields of the run as it is about to be. */
  cancelRun(threadId: string, runId: string): KnownRun {
    const run = this.#knownRuns.get(threadId, runId);
    const isActive = ACTIVE_RUN_STATUSES.some((status) => status === run?.status);
    return withFields(
      this.engine.runs.cancel(threadId, runId).then(({ value }) => value),
      run && isActive ? { ...run, status: 'cancelling', required_action: null } : run,
    );
  }

  /** Gives a run the results it waits for; it goes on. */
  async submitToolOutputs(
    threadId: string,
    runId: string,
    request: z.input<typeof SubmitToolOutputsRequest>,
  ): Promise<Run> {
    this.#assertOpen();
    const outputs = parseRequest(SubmitToolOutputsRequest, request);
    return (await this.engine.runs.submitToolOutputs(threadId, runId, outputs)).run.value;
  }

  /** Takes no more runs and ends those under way. The storage is left open. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.engine.close({ signal: AbortSignal.abort() });
  }

  /** What reads and writes still works; a run would wait for ever. */
  #assertOpen(): void {
    if (this.#isClosed) throw new Error('The adapter is closed.');
  }
}

export function createOpenAIAdapter(cogitator: CogitatorLike, options?: OpenAIAdapterOptions): OpenAIAdapter {
  return new OpenAIAdapter(cogitator, options);
}

function withFields<Answer>(promise: Promise<Answer>, fields: Run | undefined): KnownRun<Answer> {
  // Who does not await it is not to be ended by it.
  promise.catch(() => {});
  return Object.assign(promise, fields);
}
