import type { CreateRunRequest, FileObject, Run, StreamEvent } from '@cogitator-ai/openai-protocol';
import type OpenAIv4 from 'openai-v4';
import type OpenAIv7 from 'openai-v7';
import type { Assignable, InputOf } from './assertions.ts';

/*
 * Each accepted gap of `ours.ts`, proved to be one. When one of these lines compiles, the SDK or we have moved, and the
 * gap can go.
 */

// @ts-expect-error - instructions may be null.
export type Instructions = Assignable<OpenAIv7.Beta.Threads.Run['instructions'], Run['instructions']>;

// @ts-expect-error - content_filter is no reason the SDK knows.
export type Incomplete = Assignable<OpenAIv7.Beta.Threads.Run['incomplete_details'], Run['incomplete_details']>;

// @ts-expect-error - evals is no purpose of a file.
export type Evals = Assignable<OpenAIv7.FileObject['purpose'], Extract<FileObject['purpose'], 'evals'>>;

// @ts-expect-error - user_data is no purpose of a file in 4.
export type UserData = Assignable<OpenAIv4.FileObject['purpose'], Extract<FileObject['purpose'], 'user_data'>>;

// @ts-expect-error - expires_at is left out, never null.
export type ExpiresAt = Assignable<OpenAIv7.FileObject['expires_at'], FileObject['expires_at']>;

// @ts-expect-error - status_details is left out, never null.
export type StatusDetails = Assignable<OpenAIv7.FileObject['status_details'], FileObject['status_details']>;

// @ts-expect-error - function may be missing.
export type Choice = Assignable<InputOf<typeof CreateRunRequest>['tool_choice'], OpenAIv7.Beta.AssistantToolChoice>;

// @ts-expect-error - done is not part of the SDK's events.
export type Done = Assignable<OpenAIv7.Beta.AssistantStreamEvent['event'], StreamEvent['event']>;
