export { GO_ON_REQUEST, ModelError } from './ports/model-port.ts';
export type {
  ModelContentPart,
  ModelErrorCode,
  ModelEvent,
  ModelFinishReason,
  ModelInfo,
  ModelMessage,
  ModelPort,
  ModelRequest,
  ModelToolCall,
  ModelUsage,
} from './ports/model-port.ts';
export { IngestionError } from './ports/retrieval-port.ts';
export type {
  Chunking,
  IngestionErrorCode,
  Ranking,
  RetrievalPort,
  Segment,
  SegmentHit,
  SegmentSearch,
  SegmentSource,
  SourceFile,
} from './ports/retrieval-port.ts';
export type { ServerTool, ServerToolContext } from './ports/tool-port.ts';
export { createServerTool } from './tools/create-server-tool.ts';
export type { ToolContext, ToolDefinition, ToolParameters } from './tools/create-server-tool.ts';
export type { RunMetrics } from './ports/run-metrics.ts';
export type { RunQueue, RunTicket } from './ports/run-queue.ts';
export type { Logger } from './ports/logger.ts';
export { createEngine } from './engine.ts';
export type { Engine, EngineOptions } from './engine.ts';
export type { EngineLimits } from './engine-context.ts';
export type { AssistantService } from './assistants/assistant-service.ts';
export type { ThreadService } from './threads/thread-service.ts';
export type { MessageOrigin, MessageService } from './messages/message-service.ts';
export type { EventPosition, ResumedRun, RunService } from './runs/run-service.ts';
export type { StartedRun } from './runs/create-run.ts';
export type { EventSink } from './runs/event-reader.ts';
export type { RunStepService } from './run-steps/run-step-service.ts';
export type { FileService, ReceivedContent } from './files/file-service.ts';
export type { ReceivedPart, UploadService } from './uploads/upload-service.ts';
export type { VectorStoreService } from './vector-stores/vector-store-service.ts';
export type { VectorStoreFileService } from './vector-stores/vector-store-file-service.ts';
export type { VectorStoreFileBatchService } from './vector-stores/vector-store-file-batch-service.ts';
export type { ModelService } from './models/model-service.ts';
export type { ClaimResult, IdempotencyService, KeyedRequest } from './idempotency/idempotency-service.ts';
export type { IdempotencyClaim } from './idempotency/idempotency-claim.ts';
