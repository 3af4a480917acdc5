// Every type of the type reference, imported as it is shown there.

import assert from 'node:assert/strict';
// Core Types
import type {
  OpenAIError,
  ListResponse,
  Assistant,
  AssistantTool,
  FunctionDefinition,
  ResponseFormat,
  CreateAssistantRequest,
  UpdateAssistantRequest,
} from '@cogitator-ai/openai-compat';
// Thread Types
import type { Thread, ToolResources, CreateThreadRequest } from '@cogitator-ai/openai-compat';
// Message Types
import type {
  Message,
  MessageContent,
  TextContent,
  TextAnnotation,
  Attachment,
  CreateMessageRequest,
  MessageContentPart,
  MessageDelta,
} from '@cogitator-ai/openai-compat';
// Run Types
import type {
  Run,
  RunStatus,
  RequiredAction,
  ToolCall,
  RunError,
  Usage,
  ToolChoice,
  CreateRunRequest,
  SubmitToolOutputsRequest,
  ToolOutput,
} from '@cogitator-ai/openai-compat';
// Run Step Types
import type { RunStep, StepDetails, StepToolCall, RunStepDelta } from '@cogitator-ai/openai-compat';
// File Types
import type { FileObject, FilePurpose, UploadFileRequest } from '@cogitator-ai/openai-compat';
// Stream Types
import type { StreamEvent } from '@cogitator-ai/openai-compat';
// Storage Types
import type {
  ThreadStorage,
  StoredThread,
  StoredAssistant,
  StoredFile,
  RedisThreadStorageConfig,
  PostgresThreadStorageConfig,
} from '@cogitator-ai/openai-compat';
import {
  InMemoryThreadStorage,
  RedisThreadStorage,
  PostgresThreadStorage,
  createThreadStorage,
} from '@cogitator-ai/openai-compat';
// Types of the runtime
import type {
  Agent,
  AgentRun,
  ChatMessage,
  ChatRequest,
  ChatResponse,
  ChatStreamChunk,
  CogitatorConfig,
  LLMBackend,
  ProviderSettings,
  RunOptions,
  Tool,
  ToolCall as CalledTool,
  ToolContext,
  ToolDefinition,
  ToolSchema,
} from '@cogitator-ai/core';

/** Fails to compile where a name is none. */
export type All = [
  [OpenAIError, ListResponse<Assistant>, AssistantTool, FunctionDefinition, ResponseFormat],
  [CreateAssistantRequest, UpdateAssistantRequest, Thread, ToolResources, CreateThreadRequest],
  [Message, MessageContent, TextContent, TextAnnotation, Attachment, CreateMessageRequest, MessageContentPart],
  [MessageDelta, Run, RequiredAction, ToolCall, RunError, Usage, ToolChoice, CreateRunRequest],
  [SubmitToolOutputsRequest, ToolOutput, RunStep, StepDetails, StepToolCall, RunStepDelta],
  [FileObject, FilePurpose, UploadFileRequest, StreamEvent, ThreadStorage, StoredThread, StoredAssistant],
  [StoredFile, RedisThreadStorageConfig, PostgresThreadStorageConfig],
  [Agent, AgentRun, RunOptions, CogitatorConfig, ProviderSettings, Tool, ToolContext, ToolDefinition, ToolSchema],
  [ChatMessage, ChatRequest, ChatResponse, ChatStreamChunk, LLMBackend, CalledTool],
];

/** As the description writes it. */
export const statuses: Record<RunStatus, true> = {
  queued: true,
  in_progress: true,
  requires_action: true,
  cancelling: true,
  cancelled: true,
  failed: true,
  completed: true,
  incomplete: true,
  expired: true,
};

const storages: ThreadStorage[] = [createThreadStorage(), new InMemoryThreadStorage()];
assert.ok(storages.every((storage) => storage instanceof InMemoryThreadStorage));
assert.ok([RedisThreadStorage, PostgresThreadStorage].every((storage) => typeof storage === 'function'));
