import type {
  Assistant,
  CompleteUploadRequest,
  CreateAssistantRequest,
  CreateMessageRequest,
  CreateRunRequest,
  CreateThreadAndRunRequest,
  CreateThreadRequest,
  CreateUploadRequest,
  DeletedObject,
  FileObject,
  ListFilesQuery,
  ListMessagesQuery,
  ListQuery,
  ListResponse,
  ListRunStepsQuery,
  Message,
  MessageDelta,
  Model,
  Run,
  RunStep,
  RunStepDelta,
  StreamEvent,
  SubmitToolOutputsRequest,
  Thread,
  UpdateAssistantRequest,
  UpdateMessageRequest,
  UpdateRunRequest,
  UpdateThreadRequest,
  Upload,
  UploadFileRequest,
  UploadPart,
} from '@cogitator-ai/openai-protocol';
import type { InputOf } from './assertions.ts';

/** What our requests take. */
export interface Requests {
  createAssistant: InputOf<typeof CreateAssistantRequest>;
  updateAssistant: InputOf<typeof UpdateAssistantRequest>;
  createThread: InputOf<typeof CreateThreadRequest>;
  updateThread: InputOf<typeof UpdateThreadRequest>;
  createMessage: InputOf<typeof CreateMessageRequest>;
  updateMessage: InputOf<typeof UpdateMessageRequest>;
  createRun: Looser<InputOf<typeof CreateRunRequest>>;
  createThreadAndRun: Looser<InputOf<typeof CreateThreadAndRunRequest>>;
  updateRun: InputOf<typeof UpdateRunRequest>;
  submitToolOutputs: InputOf<typeof SubmitToolOutputsRequest>;
  uploadFile: InputOf<typeof UploadFileRequest>;
  createUpload: InputOf<typeof CreateUploadRequest>;
  completeUpload: InputOf<typeof CompleteUploadRequest>;
  list: InputOf<typeof ListQuery>;
  listMessages: InputOf<typeof ListMessagesQuery>;
  listRunSteps: InputOf<typeof ListRunStepsQuery>;
  listFiles: InputOf<typeof ListFilesQuery>;
}

/** What we answer. */
export interface Answers {
  assistant: Assistant;
  assistants: ListResponse<Assistant>;
  assistantDeleted: Deleted<'assistant.deleted'>;
  thread: Thread;
  threadDeleted: Deleted<'thread.deleted'>;
  message: Message;
  messages: ListResponse<Message>;
  messageDelta: MessageDelta;
  messageDeleted: Deleted<'thread.message.deleted'>;
  run: WithoutGaps<Run>;
  runs: ListResponse<WithoutGaps<Run>>;
  runStep: RunStep;
  runSteps: ListResponse<RunStep>;
  runStepDelta: RunStepDelta;
  file: FileWithoutGaps;
  files: ListResponse<FileWithoutGaps>;
  fileDeleted: Deleted<'file'>;
  upload: UploadWithoutGaps;
  uploadPart: UploadPart;
  model: Model;
  modelDeleted: Deleted<'model'>;
  streamEvent: EventWithoutGaps;
}

type Deleted<Name extends DeletedObject['object']> = DeletedObject & { object: Name };

/*
 * The gaps we accept. Each is also proved to be one in `gaps.ts`, so that a gap that closes is noticed.
 */

/**
 * The SDK's `tool_choice` object may lack `function` even for the type `function`; the service refuses that, and so do we.
 */
export type Looser<Request extends { tool_choice?: unknown }> = Omit<Request, 'tool_choice'> & {
  tool_choice?:
    | Request['tool_choice']
    | { type: 'function' | 'code_interpreter' | 'file_search'; function?: { name: string } };
};

/**
 * `instructions` is null on the wire when the assistant has none; the SDK declares a string.
 * `content_filter` is a reason the wire knows and the SDK does not.
 */
export type WithoutGaps<Type extends Run> = Omit<Type, 'instructions' | 'incomplete_details'> & {
  instructions: string;
  incomplete_details: { reason: 'max_completion_tokens' | 'max_prompt_tokens' } | null;
};

/**
 * `evals` may be uploaded, so files have it too; no SDK declares it for files. 4 does not declare `user_data` either.
 * `expires_at` and `status_details` are null on the wire when unset; the SDK leaves them out.
 */
export type FileWithoutGaps = Omit<FileObject, 'purpose' | 'expires_at' | 'status_details'> & {
  purpose: Exclude<FileObject['purpose'], 'evals' | 'user_data'>;
};

/** The file has the gaps of files. */
export type UploadWithoutGaps = Omit<Upload, 'file'> & { file?: FileWithoutGaps };

/** The client takes `done` off the stream, so its types do not have it. Runs inside events have the gaps of runs. */
export type EventWithoutGaps = {
  [Name in Exclude<StreamEvent['event'], 'done'>]: { event: Name; data: DataWithoutGaps<EventData<Name>> };
}[Exclude<StreamEvent['event'], 'done'>];

type EventData<Name> = Extract<StreamEvent, { event: Name }>['data'];
type DataWithoutGaps<Data> = Data extends Run ? WithoutGaps<Data> : Data;
