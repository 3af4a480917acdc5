export { createIdFactory, hasIdPrefix, ID_PREFIX, idPrefixWord } from './ids.ts';
export type { IdFactory, IdFactoryOptions, IdKind } from './ids.ts';
export { Json } from './json.ts';
export { ApiError, ErrorBody, OpenAIError } from './errors/api-error.ts';
export type { ApiErrorOptions } from './errors/api-error.ts';
export {
  arrayTooLong,
  arrayTooShort,
  bodyTooLarge,
  cannotCancelRun,
  downloadRefused,
  duplicatePart,
  emptyMessage,
  emptyThread,
  eventsLost,
  filesNotSearchable,
  fileTooLarge,
  idempotencyKeyInUse,
  idempotencyKeyReused,
  idempotencyOutcomeUnknown,
  idempotentAnswerGone,
  idKindOfParam,
  incorrectApiKey,
  internalError,
  invalidFilePurpose,
  invalidFunctionParameters,
  invalidCursor,
  invalidId,
  invalidType,
  invalidValue,
  malformedJson,
  malformedMultipart,
  methodNotAllowed,
  missingApiKey,
  missingBetaHeader,
  missingParameter,
  modelNotDeletable,
  modelNotFound,
  mutuallyExclusive,
  noSuchFile,
  noSuchPart,
  notFound,
  numberTooLarge,
  numberTooSmall,
  noWeight,
  overlapTooLarge,
  overloaded,
  propertyNameTooLong,
  quotaExceeded,
  rangeNotSatisfiable,
  rateLimitExceeded,
  runNotAcceptingOutputs,
  stringPatternMismatch,
  shuttingDown,
  streamInterrupted,
  stringTooLong,
  stringTooShort,
  threadHasActiveRun,
  threadLockedForMessages,
  tooDeeplyNested,
  toolOutputMismatch,
  tooManyComparisons,
  tooManyParts,
  tooManyProperties,
  unknownFunctionChoice,
  unknownModel,
  unknownParameter,
  unknownUrl,
  unsupportedContentType,
  unsupportedFeature,
  unsupportedModel,
  uploadBeingCompleted,
  uploadChecksumMismatch,
  uploadNotPending,
  uploadSizeMismatch,
  uploadTooLarge,
  vectorStoreExpired,
  vectorStoreFileNotFound,
} from './errors/error-texts.ts';
export type { IdParam, NotFoundKind, UploadAction } from './errors/error-texts.ts';
export { parseRequest } from './errors/from-zod.ts';
export { Metadata, METADATA_LIMITS } from './metadata.ts';
export { ListFilesQuery, ListQuery, ListResponse } from './pagination.ts';
export { DeletedObject } from './deleted-object.ts';
export { FunctionDefinition } from './tools/function-definition.ts';
export {
  AssistantTool,
  CodeInterpreterTool,
  FileSearchRankingOptions,
  FileSearchTool,
  FunctionTool,
} from './tools/assistant-tool.ts';
export { normalizeTools } from './tools/normalize-tools.ts';
export { NamedToolChoice, ToolChoice } from './tools/tool-choice.ts';
export {
  ChunkingStrategy,
  CreateToolResources,
  ToolResources,
  UpdateToolResources,
  VectorStoreHelper,
} from './tools/tool-resources.ts';
export { ResponseFormat } from './tools/response-format.ts';
export { Assistant } from './assistants/assistant.ts';
export { CreateAssistantRequest, UpdateAssistantRequest } from './assistants/assistant-requests.ts';
export { Thread } from './threads/thread.ts';
export { CreateThreadRequest, UpdateThreadRequest } from './threads/thread-requests.ts';
export { FileCitationAnnotation, FilePathAnnotation, TextAnnotation } from './messages/annotation.ts';
export { Attachment } from './messages/attachment.ts';
export {
  ImageDetail,
  ImageFileContent,
  ImageUrlContent,
  MessageContent,
  RefusalContent,
  TextContent,
} from './messages/message-content.ts';
export { Message, MessageIncompleteReason, MessageRole, MessageStatus } from './messages/message.ts';
export {
  CreateMessageRequest,
  ListMessagesQuery,
  MessageContentPart,
  UpdateMessageRequest,
} from './messages/message-requests.ts';
export { MessageContentDelta, MessageDelta, TextAnnotationDelta } from './messages/message-delta.ts';
export { ACTIVE_RUN_STATUSES, isTerminalRunStatus, RunStatus, TERMINAL_RUN_STATUSES } from './runs/run-status.ts';
export type { ActiveRunStatus, TerminalRunStatus } from './runs/run-status.ts';
export { Usage } from './runs/usage.ts';
export { TruncationStrategy, TruncationStrategyParam } from './runs/truncation-strategy.ts';
export { RequiredAction, Run, RunError, RunIncompleteReason, ToolCall } from './runs/run.ts';
export {
  CreateRunRequest,
  CreateThreadAndRunRequest,
  SubmitToolOutputsRequest,
  ToolOutput,
  UpdateRunRequest,
} from './runs/run-requests.ts';
export {
  CodeInterpreterOutput,
  CodeInterpreterStepToolCall,
  FileSearchResult,
  FileSearchStepToolCall,
  FunctionStepToolCall,
  RunStep,
  RunStepError,
  RunStepStatus,
  StepDetails,
  StepToolCall,
} from './run-steps/run-step.ts';
export { RunEventsQuery } from './runs/run-events-query.ts';
export { RunStepDelta, StepToolCallDelta } from './run-steps/run-step-delta.ts';
export { IncludeQuery, ListRunStepsQuery, RunStepInclude } from './run-steps/run-step-queries.ts';
export { FileObject, FilePurpose, IS_DOWNLOADABLE } from './files/file-object.ts';
export { Filename } from './files/filename.ts';
export { FileExpiresAfter, UPLOAD_PURPOSES, UploadFileRequest, UploadPurpose } from './files/upload-file-request.ts';
export { CompleteUploadRequest, CreateUploadRequest, UPLOAD_LIMITS } from './uploads/upload-requests.ts';
export { Upload, UploadPart, UploadStatus } from './uploads/upload.ts';
export { FileCounts, VectorStore, VectorStoreExpiresAfter, VectorStoreStatus } from './vector-stores/vector-store.ts';
export {
  FileChunkingStrategy,
  VectorStoreFile,
  VectorStoreFileContent,
  VectorStoreFileError,
  VectorStoreFileStatus,
} from './vector-stores/vector-store-file.ts';
export { VectorStoreFileBatch } from './vector-stores/vector-store-file-batch.ts';
export { Attributes } from './vector-stores/attributes.ts';
export type { AttributeValue } from './vector-stores/attributes.ts';
export { AttributeFilter } from './vector-stores/attribute-filter.ts';
export {
  CreateVectorStoreFileBatchRequest,
  CreateVectorStoreFileRequest,
  CreateVectorStoreRequest,
  ListVectorStoreFilesQuery,
  SearchVectorStoreRequest,
  UpdateVectorStoreFileRequest,
  UpdateVectorStoreRequest,
  VECTOR_STORE_LIMITS,
} from './vector-stores/vector-store-requests.ts';
export { VectorStoreSearchResult, VectorStoreSearchResults } from './vector-stores/vector-store-search.ts';
export { Model, ModelList } from './models/model.ts';
export { ReasoningEffort } from './models/reasoning-effort.ts';
export { StreamError, StreamEvent, toStreamError } from './streaming/stream-event.ts';
export type { StreamEventName } from './streaming/stream-event.ts';
