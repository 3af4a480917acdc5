import { createIdFactory } from '@cogitator-ai/openai-protocol';
import type { Storage } from '@cogitator-ai/openai-storage';
import { type AssistantService, createAssistantService } from './assistants/assistant-service.ts';
import { Dispatcher } from './dispatch/dispatcher.ts';
import { createInProcessQueue } from './dispatch/in-process-queue.ts';
import type { EngineContext, EngineLimits } from './engine-context.ts';
import { createFileService, type FileService } from './files/file-service.ts';
import { createIdempotencyService, type IdempotencyService } from './idempotency/idempotency-service.ts';
import { createMessageService, type MessageService } from './messages/message-service.ts';
import { createModelService, type ModelService } from './models/model-service.ts';
import { Leases } from './leases/leases.ts';
import type { Logger } from './ports/logger.ts';
import type { ModelPort } from './ports/model-port.ts';
import type { RetrievalPort } from './ports/retrieval-port.ts';
import type { RunMetrics } from './ports/run-metrics.ts';
import type { RunQueue } from './ports/run-queue.ts';
import type { ServerTool } from './ports/tool-port.ts';
import { tellDoubts } from './records/commit-in-doubt.ts';
import { createRunStepService, type RunStepService } from './run-steps/run-step-service.ts';
import { createRunLoop } from './runs/run-loop.ts';
import { createRunService, type RunService } from './runs/run-service.ts';
import { Sweeper } from './sweeper/sweeper.ts';
import { createThreadService, type ThreadService } from './threads/thread-service.ts';
import { createUploadService, type UploadService } from './uploads/upload-service.ts';
import { Ingester } from './vector-stores/ingester.ts';
import { StoreSegments } from './vector-stores/store-segments.ts';
import { Upgrader } from './vector-stores/upgrader.ts';
import {
  createVectorStoreFileBatchService,
  type VectorStoreFileBatchService,
} from './vector-stores/vector-store-file-batch-service.ts';
import {
  createVectorStoreFileService,
  type VectorStoreFileService,
} from './vector-stores/vector-store-file-service.ts';
import { createVectorStoreService, type VectorStoreService } from './vector-stores/vector-store-service.ts';

export interface EngineOptions {
  storage: Storage;
  models: ModelPort;
  /** Functions that run here when an assistant names them. Default none. */
  tools?: readonly ServerTool[];
  /** Where runs wait for their turn, shared with other processes on the same storage; closed by its owner. Default in this process. */
  queue?: RunQueue;
  /** What makes files searchable; closed by its owner. Default nothing: they are failed. */
  retrieval?: RetrievalPort;
  /** Most files made searchable here at a time; 0 leaves them to other processes. Default 2. */
  maxConcurrentIngestions?: number;
  /** Most runs advanced here at a time; others wait, or go to other processes. 0: none, which takes a queue that others share. Default 1,000. */
  maxConcurrentRuns?: number;
  /** Default silent. */
  logger?: Logger;
  /** Default nobody. */
  metrics?: RunMetrics;
  limits?: Partial<EngineLimits>;
  /** How often what has expired is looked for, in ms. Default 2,000. */
  sweepIntervalMs?: number;
}

/**
 * The Assistants API without a transport: one service for each resource.
 *
 * Services take parsed requests and answer wire objects. They reject with `ApiError` for what the client did wrong, with
 * `StorageError` when the store fails.
 */
export interface Engine {
  readonly assistants: AssistantService;
  readonly threads: ThreadService;
  readonly messages: MessageService;
  readonly runs: RunService;
  readonly runSteps: RunStepService;
  readonly files: FileService;
  readonly uploads: UploadService;
  readonly vectorStores: VectorStoreService;
  readonly vectorStoreFiles: VectorStoreFileService;
  readonly vectorStoreFileBatches: VectorStoreFileBatchService;
  readonly models: ModelService;
  readonly idempotency: IdempotencyService;

  /** Runs that are being advanced here. */
  readonly activeRuns: number;

  /** Whether the storage answers in time and nothing is being shut down. */
  isReady(options: { signal: AbortSignal }): Promise<boolean>;

  /** Starts advancing runs and looking for what has expired. Called once, before the first run. */
  start(): void;

  /**
   * Takes no more runs and waits for those that are being advanced. The storage is left open. May be called twice.
   *
   * @param options.signal - Aborted when waiting must end: what still runs is then left to other processes, or to the next that is
   * started on the same storage, and whoever follows a run is told to follow it elsewhere.
   */
  close(options: { signal: AbortSignal }): Promise<void>;
}

const DEFAULT_LIMITS: EngineLimits = {
  runLifetimeMs: 600_000,
  leaseMs: 15_000,
  heartbeatMs: 5_000,
  maxAttempts: 10,
  maxTurns: 64,
  toolTimeoutMs: 60_000,
  eventRetentionMs: 300_000,
  uploadLifetimeMs: 3_600_000,
  uploadRetentionMs: 86_400_000,
  contextTokens: 128_000,
  idempotencyRetentionMs: 86_400_000,
  idempotencyWaitMs: 30_000,
  idempotencyLeaseMs: 15_000,
  maxKeptAnswerSize: 2 ** 20,
};

const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const UNCOUNTED: RunMetrics = { taken() {}, ended() {} };

/** Of all engines of this process: what two of them make on one storage is in the order in which it was made. */
const IDS = createIdFactory();

/** Puts the services and the run loop together. Nothing runs before {@link Engine.start}. */
export function createEngine(options: EngineOptions): Engine {
  const { models, queue = createInProcessQueue(), maxConcurrentRuns = 1000, logger = SILENT } = options;
  const storage = tellDoubts(options.storage);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const dispatcher = new Dispatcher({ queue, logger, maxConcurrent: maxConcurrentRuns });
  const stopping = new AbortController();
  const context: EngineContext = {
    storage,
    retrieval: options.retrieval ?? null,
    segments: new StoreSegments(storage),
    get ingester() {
      return ingester;
    },
    get upgrader() {
      return upgrader;
    },
    models,
    tools: new Map((options.tools ?? []).map((tool) => [tool.definition.name, tool])),
    dispatcher,
    leases: new Leases({ storage, logger, ...limits }),
    ids: IDS,
    logger,
    metrics: options.metrics ?? UNCOUNTED,
    limits,
    stopping: stopping.signal,
  };
  const ingester = new Ingester(context, { concurrency: options.maxConcurrentIngestions ?? 2 });
  const upgrader = new Upgrader(context);
  const sweeper = new Sweeper(context, options.sweepIntervalMs ?? 2000);
  let isClosing = false;

  return {
    assistants: createAssistantService(context),
    threads: createThreadService(context),
    messages: createMessageService(context),
    runs: createRunService(context),
    runSteps: createRunStepService(context),
    files: createFileService(context),
    uploads: createUploadService(context),
    vectorStores: createVectorStoreService(context),
    vectorStoreFiles: createVectorStoreFileService(context),
    vectorStoreFileBatches: createVectorStoreFileBatchService(context),
    models: createModelService(context),
    idempotency: createIdempotencyService(context),

    get activeRuns() {
      return dispatcher.size;
    },

    isReady: ({ signal }) => (isClosing ? Promise.resolve(false) : answersInTime(storage, signal)),

    start() {
      dispatcher.start(createRunLoop(context));
      ingester.start();
      sweeper.start();
    },

    async close({ signal }) {
      isClosing = true;
      const stop = (): void => stopping.abort();
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
      await Promise.all([sweeper.stop(), ingester.stop(), upgrader.stop(), dispatcher.close({ signal })]);
    },
  };
}

function answersInTime(storage: Storage, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(false), { once: true });
    storage.now().then(
      () => resolve(true),
      () => resolve(false),
    );
  });
}
