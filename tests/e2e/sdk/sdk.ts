import type { ReadStream } from 'node:fs';
import type OpenAIv4 from 'openai-v4';
import type OpenAI from 'openai-v7';

type Page<T> = PromiseLike<{ data: T[]; has_more: boolean }> & AsyncIterable<T>;
type Deleted = { id: string; object: string; deleted: boolean };
type FileUpload = File | ReadStream;

/** What the scenarios need of a client option. */
export interface ClientOptions {
  baseURL: string;
  apiKey?: string;
  maxRetries?: number;
  defaultHeaders?: Record<string, string>;
  fetch?: typeof fetch;
}

/** What the scenarios need of an option of Azure's clients: a key, or what makes tokens. */
export type AzureClientOptions = { endpoint: string; apiVersion: string; maxRetries?: number } & (
  | { apiKey: string }
  | { azureADTokenProvider: () => Promise<string> }
);

interface RequestOptions {
  signal?: AbortSignal;
}

/** `runs.stream` and its like. */
export interface RunStream extends AsyncIterable<OpenAI.Beta.AssistantStreamEvent> {
  on(event: 'textCreated', listener: (content: OpenAI.Beta.Threads.Text) => void): unknown;
  on(
    event: 'textDelta',
    listener: (delta: OpenAI.Beta.Threads.TextDelta, snapshot: OpenAI.Beta.Threads.Text) => void,
  ): unknown;
  on(event: 'textDone', listener: (content: OpenAI.Beta.Threads.Text) => void): unknown;
  on(event: 'messageCreated' | 'messageDone', listener: (message: OpenAI.Beta.Threads.Message) => void): unknown;
  on(event: 'toolCallCreated' | 'toolCallDone', listener: (call: OpenAI.Beta.Threads.Runs.ToolCall) => void): unknown;
  on(event: 'event', listener: (event: OpenAI.Beta.AssistantStreamEvent) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  finalRun(): Promise<OpenAI.Beta.Threads.Run>;
  finalMessages(): Promise<OpenAI.Beta.Threads.Message[]>;
  finalRunSteps(): Promise<OpenAI.Beta.Threads.Runs.RunStep[]>;
  done(): Promise<void>;
  abort(): void;
}

interface Assistants {
  create(body: OpenAIv4.Beta.AssistantCreateParams): Promise<OpenAI.Beta.Assistant>;
  retrieve(assistantId: string): Promise<OpenAI.Beta.Assistant>;
  update(assistantId: string, body: OpenAIv4.Beta.AssistantUpdateParams): Promise<OpenAI.Beta.Assistant>;
  list(query?: OpenAIv4.Beta.AssistantListParams): Page<OpenAI.Beta.Assistant>;
  delete(assistantId: string): Promise<Deleted>;
}

interface Messages {
  create(
    threadId: string,
    body: OpenAIv4.Beta.Threads.MessageCreateParams,
    options?: RequestOptions,
  ): Promise<OpenAI.Beta.Threads.Message>;
  retrieve(messageId: string, params: { thread_id: string }): Promise<OpenAI.Beta.Threads.Message>;
  update(
    messageId: string,
    params: { thread_id: string } & OpenAIv4.Beta.Threads.MessageUpdateParams,
  ): Promise<OpenAI.Beta.Threads.Message>;
  list(threadId: string, query?: OpenAIv4.Beta.Threads.MessageListParams): Page<OpenAI.Beta.Threads.Message>;
  delete(messageId: string, params: { thread_id: string }): Promise<Deleted>;
}

type RunOf = { thread_id: string };
type ToolOutputs = RunOf & { tool_outputs: OpenAI.Beta.Threads.RunSubmitToolOutputsParams.ToolOutput[] };

interface RunSteps {
  list(
    runId: string,
    params: RunOf & { order?: 'asc' | 'desc'; limit?: number },
  ): Page<OpenAI.Beta.Threads.Runs.RunStep>;
  retrieve(stepId: string, params: RunOf & { run_id: string }): Promise<OpenAI.Beta.Threads.Runs.RunStep>;
}

interface Runs {
  create(
    threadId: string,
    body: OpenAIv4.Beta.Threads.RunCreateParamsStreaming,
    options?: RequestOptions,
  ): Promise<AsyncIterable<OpenAI.Beta.AssistantStreamEvent>>;
  create(
    threadId: string,
    body: OpenAIv4.Beta.Threads.RunCreateParamsNonStreaming,
    options?: RequestOptions,
  ): Promise<OpenAI.Beta.Threads.Run>;
  createAndPoll(
    threadId: string,
    body: OpenAIv4.Beta.Threads.RunCreateParamsNonStreaming,
  ): Promise<OpenAI.Beta.Threads.Run>;
  stream(
    threadId: string,
    body: Omit<OpenAIv4.Beta.Threads.RunCreateParamsNonStreaming, 'stream'>,
    options?: RequestOptions,
  ): RunStream;
  retrieve(runId: string, params: RunOf): Promise<OpenAI.Beta.Threads.Run>;
  update(runId: string, params: RunOf & OpenAIv4.Beta.Threads.RunUpdateParams): Promise<OpenAI.Beta.Threads.Run>;
  list(threadId: string, query?: OpenAIv4.Beta.Threads.RunListParams): Page<OpenAI.Beta.Threads.Run>;
  cancel(runId: string, params: RunOf): Promise<OpenAI.Beta.Threads.Run>;
  poll(runId: string, params: RunOf): Promise<OpenAI.Beta.Threads.Run>;
  submitToolOutputs(runId: string, params: ToolOutputs): Promise<OpenAI.Beta.Threads.Run>;
  submitToolOutputsAndPoll(runId: string, params: ToolOutputs): Promise<OpenAI.Beta.Threads.Run>;
  submitToolOutputsStream(runId: string, params: ToolOutputs): RunStream;
  steps: RunSteps;
}

interface Threads {
  create(body?: OpenAIv4.Beta.ThreadCreateParams): Promise<OpenAI.Beta.Thread>;
  retrieve(threadId: string): Promise<OpenAI.Beta.Thread>;
  update(threadId: string, body: OpenAIv4.Beta.ThreadUpdateParams): Promise<OpenAI.Beta.Thread>;
  delete(threadId: string): Promise<Deleted>;
  createAndRunPoll(body: OpenAIv4.Beta.ThreadCreateAndRunParamsNonStreaming): Promise<OpenAI.Beta.Threads.Run>;
  createAndRunStream(body: Omit<OpenAIv4.Beta.ThreadCreateAndRunParamsNonStreaming, 'stream'>): RunStream;
  messages: Messages;
  runs: Runs;
}

interface Files {
  create(body: { file: FileUpload; purpose: OpenAIv4.FilePurpose }): Promise<OpenAI.FileObject>;
  retrieve(fileId: string): Promise<OpenAI.FileObject>;
  list(query?: OpenAIv4.FileListParams): Page<OpenAI.FileObject>;
  content(
    fileId: string,
  ): Promise<{ arrayBuffer(): Promise<ArrayBuffer>; headers: { get(name: string): string | null } }>;
  delete(fileId: string): Promise<Deleted>;
}

interface Uploads {
  create(body: OpenAIv4.UploadCreateParams): Promise<OpenAI.Upload>;
  complete(uploadId: string, body: OpenAIv4.UploadCompleteParams): Promise<OpenAI.Upload>;
  cancel(uploadId: string): Promise<OpenAI.Upload>;
  parts: { create(uploadId: string, body: { data: FileUpload }): Promise<OpenAI.Uploads.UploadPart> };
}

type StoreOf = { vector_store_id: string };

interface VectorStoreFiles {
  create(storeId: string, body: OpenAIv4.VectorStores.FileCreateParams): Promise<OpenAI.VectorStores.VectorStoreFile>;
  createAndPoll(
    storeId: string,
    body: OpenAIv4.VectorStores.FileCreateParams,
  ): Promise<OpenAI.VectorStores.VectorStoreFile>;
  uploadAndPoll(storeId: string, file: FileUpload): Promise<OpenAI.VectorStores.VectorStoreFile>;
  retrieve(fileId: string, params: StoreOf): Promise<OpenAI.VectorStores.VectorStoreFile>;
  update(
    fileId: string,
    params: StoreOf & OpenAIv4.VectorStores.FileUpdateParams,
  ): Promise<OpenAI.VectorStores.VectorStoreFile>;
  list(storeId: string, query?: OpenAIv4.VectorStores.FileListParams): Page<OpenAI.VectorStores.VectorStoreFile>;
  content(fileId: string, params: StoreOf): AsyncIterable<{ type?: string; text?: string }>;
  delete(fileId: string, params: StoreOf): Promise<Deleted>;
}

interface VectorStoreFileBatches {
  create(
    storeId: string,
    body: OpenAIv4.VectorStores.FileBatchCreateParams,
  ): Promise<OpenAI.VectorStores.VectorStoreFileBatch>;
  createAndPoll(
    storeId: string,
    body: OpenAIv4.VectorStores.FileBatchCreateParams,
  ): Promise<OpenAI.VectorStores.VectorStoreFileBatch>;
  uploadAndPoll(
    storeId: string,
    files: { files: FileUpload[]; fileIds?: string[] },
  ): Promise<OpenAI.VectorStores.VectorStoreFileBatch>;
  retrieve(batchId: string, params: StoreOf): Promise<OpenAI.VectorStores.VectorStoreFileBatch>;
  cancel(batchId: string, params: StoreOf): Promise<OpenAI.VectorStores.VectorStoreFileBatch>;
  listFiles(
    batchId: string,
    params: StoreOf & OpenAIv4.VectorStores.FileBatchListFilesParams,
  ): Page<OpenAI.VectorStores.VectorStoreFile>;
}

interface VectorStores {
  create(body: OpenAIv4.VectorStoreCreateParams): Promise<OpenAI.VectorStore>;
  retrieve(storeId: string): Promise<OpenAI.VectorStore>;
  update(storeId: string, body: OpenAIv4.VectorStoreUpdateParams): Promise<OpenAI.VectorStore>;
  list(query?: OpenAIv4.VectorStoreListParams): Page<OpenAI.VectorStore>;
  delete(storeId: string): Promise<Deleted>;
  search(
    storeId: string,
    body: OpenAIv4.VectorStoreSearchParams,
  ): PromiseLike<{ data: OpenAI.VectorStoreSearchResponse[] }>;
  files: VectorStoreFiles;
  fileBatches: VectorStoreFileBatches;
}

interface Models {
  list(): PromiseLike<{ data: OpenAI.Model[] }> & AsyncIterable<OpenAI.Model>;
  retrieve(model: string): Promise<OpenAI.Model>;
}

/**
 * The calls of the scenarios, in the argument order and under the names of openai 5 and later. Bodies have the types of
 * the oldest major, answers those of the newest.
 */
export interface Client {
  beta: { assistants: Assistants; threads: Threads };
  files: Files;
  uploads: Uploads;
  vectorStores: VectorStores;
  models: Models;
  /** A path the SDK has no method for. */
  get(
    path: string,
    options: { stream: true; headers?: Record<string, string> },
  ): PromiseLike<AsyncIterable<OpenAI.Beta.AssistantStreamEvent>>;
}

/** An error of the SDK, as the application sees it. */
export interface SdkError extends Error {
  readonly status: number | undefined;
  readonly code: string | null | undefined;
  readonly param: string | null | undefined;
  readonly type: string | undefined;
  readonly error: unknown;
}

type ErrorClass = abstract new (...args: never[]) => SdkError;

/** One major of the official SDK. */
export interface Sdk {
  readonly major: 4 | 5 | 6 | 7;
  createClient(options: ClientOptions): Client;
  createAzureClient(options: AzureClientOptions): Client;
  toFile(content: Uint8Array, name: string): Promise<File>;
  /** The `x-request-id` of the answer that became this error. */
  requestIdOf(error: SdkError): string | null | undefined;
  readonly errors: {
    readonly APIError: ErrorClass;
    readonly AuthenticationError: ErrorClass;
    readonly BadRequestError: ErrorClass;
    readonly NotFoundError: ErrorClass;
  };
}
