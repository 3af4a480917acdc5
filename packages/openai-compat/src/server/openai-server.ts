import {
  createServerTool,
  type Logger,
  type ModelPort,
  type RetrievalPort,
  type ToolDefinition,
} from '@cogitator-ai/openai-engine';
import { createApp } from '@cogitator-ai/openai-http';
import { serve, type Serving } from '@cogitator-ai/openai-http/node';
import type { Storage } from '@cogitator-ai/openai-storage';
import { OpenAIAdapter } from '../adapter/openai-adapter.ts';
import { checkOptions, ServerConfig } from '../check-options.ts';
import type { CogitatorLike } from '../cogitator/cogitator-like.ts';
import { toModelPort } from '../cogitator/to-model-port.ts';
import type { ThreadStorage } from '../storage/thread-storage.ts';
import { ThreadManager } from '../thread-manager.ts';
import { consoleLogger } from './console-logger.ts';

/** How long requests and runs under way may take to finish when the server stops, in ms. */
const GRACE_MS = 5000;

export interface OpenAIServerConfig {
  /** Default 8080; 0 for any that is free. */
  port?: number;
  /** Default `0.0.0.0`. */
  host?: string;
  /** Keys that are let in. Default none: everybody is. */
  apiKeys?: readonly string[];
  /** Functions that run here when an assistant names them. Default none. */
  tools?: readonly ToolDefinition[];
  /** Whether requests, and runs and tools that fail, are logged to the console. Default false. */
  logging?: boolean;
  cors?: {
    /** Who may call from a browser. `true`: everybody. Default `true`. */
    origin?: string | string[] | boolean;
    /** Default GET, POST, DELETE, OPTIONS. */
    methods?: string[];
  };
  /** Where everything is kept. Default in memory. It is left open at the end. */
  storage?: ThreadStorage | Storage;
  /** The same, by a manager that is there already; wins over `storage`. */
  threadManager?: ThreadManager;
  /** What makes files searchable, such as `createRetrieval()` of `@cogitator-ai/openai-retrieval`. Default nothing. It is left open at the end. */
  retrieval?: RetrievalPort;
}

/** Serves a runtime as an Assistants API. */
export class OpenAIServer {
  readonly #models: ModelPort;
  readonly #config: OpenAIServerConfig;
  readonly #threadManager: ThreadManager;
  readonly #logger: Logger | undefined;
  #adapter: OpenAIAdapter | null = null;
  /** The start that was not stopped. */
  #starting: Promise<void> | null = null;
  #serving: Serving | null = null;
  #stopping = Promise.resolve();

  /** @throws `TypeError` for a runtime of no known shape, and for an option that is wrong, which it names. */
  constructor(cogitator: CogitatorLike, config: OpenAIServerConfig = {}) {
    this.#models = toModelPort(cogitator);
    checkOptions(ServerConfig, config);
    for (const tool of config.tools ?? []) createServerTool(tool);
    this.#config = config;
    this.#threadManager = config.threadManager ?? new ThreadManager(config.storage);
    this.#logger = config.logging ? consoleLogger : undefined;
  }

  /**
   * Resolves when the server listens. May be called twice, and again after {@link OpenAIServer.stop}.
   *
   * @throws what listening fails with, such as EADDRINUSE.
   */
  start(): Promise<void> {
    if (this.#starting) return this.#starting;
    const starting = this.#listen();
    this.#starting = starting;
    starting.catch(() => {
      if (this.#starting === starting) this.#starting = null;
    });
    return starting;
  }

  /**
   * Takes no more requests and lets what is under way finish, for five seconds; ends the adapter, whether or not it was served.
   * Storages and the runtime are left open.
   */
  stop(): Promise<void> {
    const starting = this.#starting;
    this.#starting = null;
    return (this.#stopping = this.#close(starting));
  }

  /** Such as `http://localhost:8080`. Before the start with the port that was asked for. */
  getUrl(): string {
    const { host = '0.0.0.0', port = 8080 } = this.#config;
    const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
    return `http://${name}:${this.#serving?.port ?? port}`;
  }

  /** What clients are given as `baseURL`: the URL with `/v1`. */
  getBaseUrl(): string {
    return `${this.getUrl()}/v1`;
  }

  isRunning(): boolean {
    return this.#serving !== null;
  }

  /** The same assistants, threads and runs without HTTP. It ends with {@link OpenAIServer.stop}; after that there is another one. */
  getAdapter(): OpenAIAdapter {
    const { tools = [], retrieval } = this.#config;
    return (this.#adapter ??= new OpenAIAdapter(this.#models, {
      threadManager: this.#threadManager,
      tools,
      ...(retrieval && { retrieval }),
      ...(this.#logger && { logger: this.#logger }),
    }));
  }

  async #listen(): Promise<void> {
    await this.#stopping;
    const { port = 8080, host = '0.0.0.0', apiKeys = [], cors = {} } = this.#config;
    const { engine } = this.getAdapter();
    const app = createApp({ engine, apiKeys, cors, ...(this.#logger && { logger: this.#logger }) });
    this.#serving = await serve({ app, engine, port, host });
  }

  async #close(starting: Promise<void> | null): Promise<void> {
    await Promise.allSettled([this.#stopping, starting]);
    const serving = this.#serving;
    this.#serving = null;
    await serving?.close({ graceMs: GRACE_MS });
    await this.#adapter?.close();
    this.#adapter = null;
  }
}

export function createOpenAIServer(cogitator: CogitatorLike, config?: OpenAIServerConfig): OpenAIServer {
  return new OpenAIServer(cogitator, config);
}
