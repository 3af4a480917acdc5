export { createOpenAIServer, OpenAIServer } from './server/openai-server.ts';
export type { OpenAIServerConfig } from './server/openai-server.ts';
export { createOpenAIAdapter, OpenAIAdapter } from './adapter/openai-adapter.ts';
export type { KnownRun, OpenAIAdapterOptions } from './adapter/openai-adapter.ts';
export { ThreadManager } from './thread-manager.ts';
export type { ListMessagesOptions } from './services.ts';
export { createThreadStorage } from './storage/create-thread-storage.ts';
export type { ThreadStorageConfig } from './storage/create-thread-storage.ts';
export { fromThreadStorage } from './storage/from-thread-storage.ts';
export { InMemoryThreadStorage } from './storage/in-memory-thread-storage.ts';
export { PostgresThreadStorage } from './storage/postgres-thread-storage.ts';
export type { PostgresThreadStorageConfig } from './storage/postgres-thread-storage.ts';
export { RedisThreadStorage } from './storage/redis-thread-storage.ts';
export type { RedisThreadStorageConfig } from './storage/redis-thread-storage.ts';
export type { StoredAssistant, StoredFile, StoredThread, ThreadStorage } from './storage/thread-storage.ts';
export type { CogitatorLike, WithBackends, WithModels, WithRun } from './cogitator/cogitator-like.ts';
export type { RetrievalPort, ToolContext, ToolDefinition } from '@cogitator-ai/openai-engine';
export type { Storage } from '@cogitator-ai/openai-storage';
export { StorageError } from '@cogitator-ai/openai-storage';
export { ApiError } from '@cogitator-ai/openai-protocol';
export type {
  Assistant,
  AssistantTool,
  Attachment,
  CreateAssistantRequest,
  CreateMessageRequest,
  CreateRunRequest,
  CreateThreadRequest,
  FileObject,
  FilePurpose,
  FunctionDefinition,
  ListResponse,
  Message,
  MessageContent,
  MessageContentPart,
  MessageDelta,
  OpenAIError,
  RequiredAction,
  ResponseFormat,
  Run,
  RunError,
  RunStatus,
  RunStep,
  RunStepDelta,
  StepDetails,
  StepToolCall,
  StreamEvent,
  SubmitToolOutputsRequest,
  TextAnnotation,
  TextContent,
  Thread,
  ToolCall,
  ToolChoice,
  ToolOutput,
  ToolResources,
  UpdateAssistantRequest,
  UploadFileRequest,
  Usage,
} from '@cogitator-ai/openai-protocol';
