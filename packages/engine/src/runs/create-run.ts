import {
  type CreateMessageRequest,
  type CreateRunRequest,
  type CreateThreadAndRunRequest,
  emptyThread,
  type IncludeQuery,
  Json,
  notFound,
  type Run,
  threadHasActiveRun,
  unknownFunctionChoice,
  unknownModel,
} from '@cogitator-ai/openai-protocol';
import type { Commit, EventBatch, LogEvent, Write } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { buildMessage, writeMessage } from '../messages/build-message.ts';
import { assistantKey, threadKey } from '../records/keys.ts';
import { walkRecords } from '../records/walk-records.ts';
import { parseRecord } from '../records/parse-record.ts';
import { attachFiles } from '../threads/attach-files.ts';
import { buildThread } from '../threads/build-thread.ts';
import { addSearchedFiles } from '../threads/searched-files.ts';
import { updateToolResources } from '../tools/tool-resources.ts';
import { buildRun, writeRun } from './build-run.ts';
import { commitAndEnqueue } from './commit-and-enqueue.ts';
import type { RunState } from './run-state.ts';
import { assertUnlocked, commitUnlocked } from './thread-lock.ts';

/** A run that was started or continued, and where its events from that moment on begin. */
export interface StartedRun {
  readonly run: Json<Run>;
  /** Sequence number before the first event. */
  readonly after: number;
}

/** Queues a run on an existing thread, with the messages that go before it. All or nothing is stored. */
export async function createRun(
  context: EngineContext,
  threadId: string,
  request: CreateRunRequest,
  { include = [] }: IncludeQuery,
): Promise<StartedRun> {
  const { storage } = context;
  const [thread, assistant] = await Promise.all([
    storage.get(threadKey(threadId)),
    storage.get(assistantKey(request.assistant_id)),
  ]);
  if (!thread) throw notFound('thread', threadId);
  if (!assistant) throw notFound('assistant', request.assistant_id);

  const additional = request.additional_messages ?? [];
  const messages: Write[] = [];
  const run = buildRun(context, threadId, parseRecord(assistant), request);
  try {
    for (const message of additional) {
      messages.push(writeMessage('insert', await buildMessage(context, threadId, message)));
    }
    if (run.instructions === null && !asksSomething(additional) && !(await hasUserMessage(context, threadId))) {
      throw emptyThread();
    }
    assertRunnable(context, run);
  } catch (error) {
    // A client that waits for the active run is to be told of it, whatever else is wrong.
    await assertUnlocked(context, threadId);
    throw error;
  }
  const showsContent = include.length > 0;
  await addSearchedFiles(context, threadId, additional);
  return start(context, run, { here: request.stream === true, showsContent, events: [] }, async () => {
    const { check, writes } = await attachFiles(storage, threadId, additional);
    return { checks: [check], writes: [...writes, ...messages] };
  });
}

/** Queues a run on a new thread. All or nothing is stored. */
export async function createThreadAndRun(
  context: EngineContext,
  request: CreateThreadAndRunRequest,
): Promise<StartedRun> {
  const assistant = await context.storage.get(assistantKey(request.assistant_id));
  if (!assistant) throw notFound('assistant', request.assistant_id);
  const resources = await updateToolResources(context.storage, request.tool_resources ?? {});
  const run = buildRun(context, context.ids.create('thread'), parseRecord(assistant), request, resources);
  if (run.instructions === null && !asksSomething(request.thread?.messages ?? [])) throw emptyThread();
  assertRunnable(context, run);
  const { thread, writes } = await buildThread(context, request.thread ?? {}, run.thread_id);
  const events = [{ event: 'thread.created', data: thread.text }];
  return start(context, run, { here: request.stream === true, showsContent: false, events }, () => ({ writes }));
}

/**
 * @param options.here - Whether its client waits for its events here.
 * @param options.showsContent - Whether the events of its steps are to show what searches find.
 * @param options.events - What happened before.
 * @param before - What is checked and written before the run, made anew for each attempt.
 */
async function start(
  context: EngineContext,
  value: Run,
  { here, showsContent, events }: { here: boolean; showsContent: boolean; events: readonly LogEvent[] },
  before: () => Commit | Promise<Commit>,
): Promise<StartedRun> {
  const { storage, limits } = context;
  const { thread_id: threadId, id: runId } = value;
  const run = Json.of(value);
  const now = await storage.now();
  const state: RunState = {
    expiresAt: now + limits.runLifetimeMs,
    attempts: 1,
    ...(showsContent && { showsContent }),
  };
  const dueAt = Math.min(now + limits.leaseMs, state.expiresAt);
  const batch: EventBatch = {
    stream: { partition: threadId, id: runId },
    fence: 0,
    events: [
      ...events,
      { event: 'thread.run.created', data: run.text },
      { event: 'thread.run.queued', data: run.text },
    ],
  };
  const result = await commitUnlocked(context, threadId, async () => {
    const { checks = [], writes = [] } = await before();
    const insertion = writeRun('insert', run, { fence: 0, dueAt, state });
    const commit: Commit = { checks, writes: [...writes, insertion], events: batch };
    return commitAndEnqueue(context, { threadId, runId, fence: 0 }, { here }, () => storage.commit(commit));
  });
  if (!result.ok) {
    throw result.conflict.reason === 'taken'
      ? threadHasActiveRun(threadId, result.conflict.holder)
      : notFound('thread', threadId);
  }
  return { run, after: 0 };
}

function assertRunnable({ models }: EngineContext, { model, tools, tool_choice: choice }: Run): void {
  if (!models.accepts(model)) throw unknownModel(model);
  if (choice === null || typeof choice === 'string' || choice.type !== 'function') return;
  const { name } = choice.function;
  if (!tools.some((tool) => tool.type === 'function' && tool.function.name === name)) throw unknownFunctionChoice(name);
}

function asksSomething(messages: readonly CreateMessageRequest[]): boolean {
  return messages.some(({ role }) => role === 'user');
}

async function hasUserMessage({ storage }: EngineContext, threadId: string): Promise<boolean> {
  for await (const { role } of walkRecords(storage, { kind: 'message', path: [threadId], order: 'desc' })) {
    if (role === 'user') return true;
  }
  return false;
}
