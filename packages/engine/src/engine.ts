import type { AssistantService } from './assistants/assistant-service.ts';
import type { FileService } from './files/file-service.ts';
import type { MessageService } from './messages/message-service.ts';
import type { ModelService } from './models/model-service.ts';
import type { RunStepService } from './run-steps/run-step-service.ts';
import type { RunService } from './runs/run-service.ts';
import type { ThreadService } from './threads/thread-service.ts';

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
  readonly models: ModelService;

  /** Starts advancing runs and looking for expired ones. Called once, before the first run. */
  start(): void;

  /**
   * Takes no more runs and waits for those that are being advanced. The storage is left open.
   *
   * @param options.signal - Aborted when waiting must end; what still runs is then stopped.
   */
  close(options: { signal: AbortSignal }): Promise<void>;
}
