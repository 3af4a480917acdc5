import {
  type CreateMessageRequest,
  type CreateRunRequest,
  type CreateThreadAndRunRequest,
  emptyThread,
  Json,
  notFound,
  type Run,
  threadHasActiveRun,
  unknownFunctionChoice,
  unknownModel,
} from '@cogitator-ai/openai-protocol';
import type { Check, Commit, LogEvent, Write } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { buildMessage, writeMessage } from '../messages/build-message.ts';
import { assistantKey, threadKey } from '../records/keys.ts';
import { walkRecords } from '../records/walk-records.ts';
import { parseRecord } from '../records/wire-record.ts';
import { buildThread } from '../threads/build-thread.ts';
import { buildRun, writeRun } from './build-run.ts';
import { commitUnlocked } from './thread-lock.ts';

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
): Promise<StartedRun> {
  const { storage } = context;
  const [thread, assistant] = await Promise.all([
    storage.get(threadKey(threadId)),
    storage.get(assistantKey(request.assistant_id)),
  ]);
  if (!thread) throw notFound('thread', threadId);
  if (!assistant) throw notFound('assistant', request.assistant_id);

  const additional = request.additional_messages ?? [];
  const writes: Write[] = [];
  for (const message of additional) {
    writes.push(writeMessage('insert', await buildMessage(context, threadId, message)));
  }
  const run = buildRun(context, threadId, parseRecord(assistant), request);
  assertRunnable(context, run);
  if (run.instructions === null && !asksSomething(additional) && !(await hasUserMessage(context, threadId))) {
    throw emptyThread();
  }
  return start(context, run, writes, [], [{ check: 'exists', key: thread.key }]);
}

/** Queues a run on a new thread. All or nothing is stored. */
export async function createThreadAndRun(
  context: EngineContext,
  request: CreateThreadAndRunRequest,
): Promise<StartedRun> {
  const assistant = await context.storage.get(assistantKey(request.assistant_id));
  if (!assistant) throw notFound('assistant', request.assistant_id);
  const { thread, writes } = await buildThread(context, request.thread ?? {});
  const run = buildRun(context, thread.value.id, parseRecord(assistant), request);
  assertRunnable(context, run);
  if (run.instructions === null && !asksSomething(request.thread?.messages ?? [])) throw emptyThread();
  return start(context, run, writes, [{ event: 'thread.created', data: thread.text }], []);
}

async function start(
  context: EngineContext,
  value: Run,
  writes: readonly Write[],
  events: readonly LogEvent[],
  checks: readonly Check[],
): Promise<StartedRun> {
  const { storage, dispatcher, limits } = context;
  const { thread_id: threadId, id: runId } = value;
  const run = Json.of(value);
  const dueAt = (await storage.now()) + limits.runLifetimeMs;
  const commit: Commit = {
    checks,
    writes: [...writes, writeRun('insert', run, { fence: 0, dueAt })],
    events: {
      stream: { partition: threadId, id: runId },
      fence: 0,
      events: [
        ...events,
        { event: 'thread.run.created', data: run.text },
        { event: 'thread.run.queued', data: run.text },
      ],
    },
  };
  const result = await commitUnlocked(context, threadId, () => storage.commit(commit));
  if (!result.ok) {
    throw result.conflict.reason === 'taken'
      ? threadHasActiveRun(threadId, result.conflict.holder)
      : notFound('thread', threadId);
  }
  dispatcher.enqueue({ threadId, runId });
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
