import type OpenAI from 'openai-v5';
import type { CursorPageResponse } from 'openai-v5/core/pagination';
import type { Assignable, Same, UnknownKeys } from './assertions.ts';
import type { Answers, Requests } from './ours.ts';

/** What the SDK lets its user send. */
interface SdkRequests {
  createAssistant: OpenAI.Beta.AssistantCreateParams;
  updateAssistant: OpenAI.Beta.AssistantUpdateParams;
  createThread: OpenAI.Beta.ThreadCreateParams;
  updateThread: OpenAI.Beta.ThreadUpdateParams;
  createMessage: OpenAI.Beta.Threads.MessageCreateParams;
  updateMessage: OpenAI.Beta.Threads.MessageUpdateParams;
  createRun: OpenAI.Beta.Threads.RunCreateParams;
  createThreadAndRun: OpenAI.Beta.ThreadCreateAndRunParams;
  updateRun: OpenAI.Beta.Threads.RunUpdateParams;
  submitToolOutputs: OpenAI.Beta.Threads.RunSubmitToolOutputsParams;
  uploadFile: OpenAI.FileCreateParams;
  createUpload: OpenAI.UploadCreateParams;
  completeUpload: OpenAI.UploadCompleteParams;
  list: OpenAI.Beta.AssistantListParams & OpenAI.Beta.Threads.RunListParams;
  listMessages: OpenAI.Beta.Threads.MessageListParams;
  listRunSteps: OpenAI.Beta.Threads.Runs.StepListParams;
  listFiles: OpenAI.FileListParams;
}

/** What the SDK tells its user to expect. */
interface SdkAnswers {
  assistant: OpenAI.Beta.Assistant;
  assistants: CursorPageResponse<OpenAI.Beta.Assistant>;
  assistantDeleted: OpenAI.Beta.AssistantDeleted;
  thread: OpenAI.Beta.Thread;
  threadDeleted: OpenAI.Beta.ThreadDeleted;
  message: OpenAI.Beta.Threads.Message;
  messages: CursorPageResponse<OpenAI.Beta.Threads.Message>;
  messageDelta: OpenAI.Beta.Threads.MessageDeltaEvent;
  messageDeleted: OpenAI.Beta.Threads.MessageDeleted;
  run: OpenAI.Beta.Threads.Run;
  runs: CursorPageResponse<OpenAI.Beta.Threads.Run>;
  runStep: OpenAI.Beta.Threads.Runs.RunStep;
  runSteps: CursorPageResponse<OpenAI.Beta.Threads.Runs.RunStep>;
  runStepDelta: OpenAI.Beta.Threads.Runs.RunStepDeltaEvent;
  file: OpenAI.FileObject;
  files: CursorPageResponse<OpenAI.FileObject>;
  fileDeleted: OpenAI.FileDeleted;
  upload: OpenAI.Upload;
  uploadPart: OpenAI.Uploads.UploadPart;
  model: OpenAI.Model;
  modelDeleted: OpenAI.ModelDeleted;
  streamEvent: OpenAI.Beta.AssistantStreamEvent;
}

/** Everything the SDK sends is taken … */
export type Taken = Assignable<Requests, SdkRequests>;

/** … except what is no part of the body or query. */
type Elsewhere =
  // A query parameter.
  | '.createRun.include'
  // Part of the path.
  | '.updateMessage.thread_id'
  | '.updateRun.thread_id'
  | '.submitToolOutputs.thread_id'
  | '.listRunSteps.thread_id'
  // The file itself, which is streamed to its place and no field of the request.
  | '.uploadFile.file';
export type Known = Same<Elsewhere, UnknownKeys<SdkRequests, Requests>>;

/** Everything we answer is expected. */
export type Expected = Assignable<SdkAnswers, Answers>;

/** The SDK knows no status and no event that we do not. */
export type Statuses = Same<Answers['run']['status'], OpenAI.Beta.Threads.RunStatus>;
export type Events = Same<Answers['streamEvent']['event'], OpenAI.Beta.AssistantStreamEvent['event']>;
