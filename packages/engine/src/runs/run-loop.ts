import { isTerminalRunStatus, type Run } from '@cogitator-ai/openai-protocol';
import { StorageError } from '@cogitator-ai/openai-storage';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { HandOverError, type RunHandler } from '../dispatch/dispatcher.ts';
import { ModelError } from '../ports/model-port.ts';
import type { Citations } from '../file-search/citations.ts';
import { executeSearch } from '../file-search/execute-search.ts';
import { fileSearchOf } from '../file-search/file-search-function.ts';
import { untilSearchable } from '../file-search/stores-of-run.ts';
import type { ServerTool } from '../ports/tool-port.ts';
import { runKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import { untilReachable } from '../records/until-reachable.ts';
import { addToolCalls, type Conversation, loadConversation, takeSaid, withBegunAnswer } from './conversation.ts';
import { endRun, forgetEvents, type Unfinished } from './end-run.ts';
import { executeTool, interruptedCall } from './execute-tool.ts';
import type { HeldRun } from './held-run.ts';
import { loadUnfinished } from './load-unfinished.ts';
import { MessageStep } from './message-step.ts';
import { ModelTurn } from './model-turn.ts';
import { endOpenStep, type OpenStep } from './open-step.ts';
import { claimAgain, type ClaimDoubt, claimRun } from './run-claim.ts';
import { type RunEnding, toRunError } from './run-ending.ts';
import { DONE } from './run-events.ts';
import { ClaimLostError } from './run-outbox.ts';
import { planTurn, promptWindow } from './plan-turn.ts';
import { beginLogAnew, EventsLostError, forgetRest, hasLostEvents } from './lost-events.ts';
import { takeOver } from './take-over.ts';
import { outputOf, pendingCalls, ToolCallsStep } from './tool-calls-step.ts';
import { untoldDeltas } from './untold-deltas.ts';
import { addUsage, NO_USAGE } from './usage.ts';
import { PromptMeter } from '../tokens/prompt-meter.ts';

/** Advances runs: claims one, takes model turns and executes server tools until it has ended or waits for its client. */
export function createRunLoop(context: EngineContext): RunHandler {
  return async (ticket, interrupt) => {
    try {
      const held = await claimRun(context, ticket, interrupt);
      if (held) await advance(context, held, interrupt);
    } catch (error) {
      // It is somebody else's to end.
      if (error instanceof ClaimLostError) return;
      context.logger.error({ ...ticket, err: error }, 'A run could not be advanced.');
    }
  };
}

/** How far a run has come since it was claimed. */
interface Progress extends Unfinished {
  open: OpenStep | null;
  openUsage: Unfinished['openUsage'];
  usage: Unfinished['usage'];
}

async function advance(context: EngineContext, held: HeldRun, interrupt: AbortSignal): Promise<void> {
  const expiry = new AbortController();
  const timer = setTimeout(() => expiry.abort(), Math.min(held.claim.msToExpiry, 2 ** 31 - 1));
  const stop = AbortSignal.any([interrupt, held.stopped, expiry.signal]);
  const progress: Progress = { open: null, openUsage: NO_USAGE, usage: NO_USAGE };
  context.leases.add(held);
  context.metrics.taken(held.state.attempts);
  try {
    const ending = await takeTurns(context, held, progress, stop);
    if (ending) await settle(context, held, progress, () => ending);
  } catch (error) {
    const cause: unknown = held.stopped.aborted ? held.stopped.reason : error;
    if (cause instanceof ClaimLostError) return;
    const isHandedOver = interrupt.reason instanceof HandOverError;
    if ((isHandedOver || isPassing(cause)) && !expiry.signal.aborted) {
      if (cause instanceof EventsLostError) await forgetRest(context, held).catch(() => {});
      await leave(context, held, isHandedOver ? 0 : pauseAfter(held.state.attempts));
      return;
    }
    await settle(context, held, progress, (run) => explain(context, run, cause, { interrupt, expired: expiry.signal }));
  } finally {
    clearTimeout(timer);
    context.leases.delete(held);
  }
}

/** @returns How the run ends, or `null` when it waits for its client. */
async function takeTurns(
  context: EngineContext,
  held: HeldRun,
  progress: Progress,
  stop: AbortSignal,
): Promise<RunEnding | null> {
  const { limits } = context;
  if (held.run.status === 'cancelling') {
    Object.assign(progress, await loadUnfinished(context.storage, held));
    return { status: 'cancelled' };
  }
  const left = held.claim.isTakeover ? await takeOver(context, held) : null;
  if (!left && (await hasLostEvents(context, held))) {
    await forgetRest(context, held);
    beginLogAnew(held, null);
  }
  if (left) Object.assign(progress, { open: left.open, openUsage: left.openUsage, usage: left.usage });
  if (held.state.attempts > limits.maxAttempts) {
    return failure(`The run was broken off ${limits.maxAttempts} times by failures of the server.`);
  }
  if (!left?.open && fileSearchOf(held.run)) await untilSearchable(context, held.run, stop);
  const meter = new PromptMeter();
  const conversation = await loadConversation(context, held.run, meter, promptWindow(context, held.run), stop);
  progress.usage = addUsage(conversation.usage, progress.openUsage);
  if (left?.calls) {
    const turn = { conversation, said: null, isLeft: true };
    if (!(await answerCalls(context, held, left.calls, turn, progress, stop))) return null;
  }
  let begun = left?.message ? MessageStep.resume(held, left.message, conversation.citations) : null;
  if (begun) progress.open = begun;
  while (conversation.turns < limits.maxTurns) {
    const asked = begun?.text ? withBegunAnswer(conversation, begun.text) : conversation;
    const planned = await planTurn(context, held.run, asked, meter, progress.usage);
    if ('ending' in planned) return planned.ending;
    const usedCallIds = conversation.callIds;
    const { citations } = conversation;
    const turn = new ModelTurn(context, held, {
      usedCallIds,
      citations,
      onOpen: (open) => (progress.open = open),
      begun,
    });
    begun = null;
    const result = await turn.play(planned.request, stop);
    progress.openUsage = result.usage;
    progress.usage = addUsage(progress.usage, result.usage);
    if (result.finishReason === 'length') return { status: 'incomplete', reason: 'max_completion_tokens' };
    if (result.finishReason === 'content-filter') return { status: 'incomplete', reason: 'content_filter' };

    const { step, text: said } = result;
    if (!(step instanceof ToolCallsStep)) return { status: 'completed' };
    if (!(await answerCalls(context, held, step, { conversation, said, isLeft: false }, progress, stop))) return null;
  }
  return failure(`The run was stopped after ${limits.maxTurns} turns that only called tools.`);
}

function failure(message: string): RunEnding {
  return { status: 'failed', error: { code: 'server_error', message } };
}

/** A turn in which the model called functions. */
interface CallingTurn {
  readonly conversation: Conversation;
  /** What the model said before in this turn, where it was said here. */
  readonly said: string | null;
  /** Whether another process was executing the calls. */
  readonly isLeft: boolean;
}

/**
 * Executes the calls of tools that run here. When no result is missing then, the step is ended.
 *
 * @returns Whether the run goes on; else it waits for its client.
 */
async function answerCalls(
  context: EngineContext,
  held: HeldRun,
  step: ToolCallsStep,
  { conversation, said, isLeft }: CallingTurn,
  progress: Progress,
  stop: AbortSignal,
): Promise<boolean> {
  await executeServerTools(context, held, step, conversation.citations, progress, isLeft, stop);
  if (pendingCalls(step.step).length > 0) {
    await waitForClient(held, step, progress);
    return false;
  }
  const { writes, events } = endOpenStep(step, { status: 'completed' }, progress.openUsage, unixSeconds());
  held.write(writes, events);
  progress.open = null;
  progress.openUsage = NO_USAGE;
  // What was said before may have been said to another process.
  addToolCalls(conversation, said ?? takeSaid(conversation), step.calls);
  return true;
}

/**
 * Executes the calls of tools that run here. It is stored before that they are, and each result when it is there: whoever takes
 * the run over executes none of them a second time.
 */
async function executeServerTools(
  context: EngineContext,
  held: HeldRun,
  step: ToolCallsStep,
  citations: Citations,
  { openUsage }: Progress,
  isLeft: boolean,
  stop: AbortSignal,
): Promise<void> {
  // What was searched for elsewhere has its numbers.
  for (const call of step.calls) if (call.type === 'file_search' && call.answer) citations.add(call.answer);
  const calls = step.calls.filter(
    (call) => outputOf(call) === null && (call.type === 'file_search' || context.tools.has(call.name)),
  );
  if (calls.length === 0) return;
  if (!isLeft) {
    held.write([step.save(openUsage)], []);
    await held.settled();
  }
  await Promise.all(
    calls.map(async (call) => {
      if (call.type === 'file_search') {
        const number = citations.takeNumber();
        step.setAnswer(call.id, await executeSearch(context, held.run, call, { number, signal: stop }));
        held.write([step.save(openUsage)], []);
        return;
      }
      const tool = context.tools.get(call.name) as ServerTool;
      const isLost = isLeft && !tool.idempotent;
      step.setOutput(call.id, isLost ? interruptedCall(call) : await executeTool(context, tool, call, held.run, stop));
      held.write([step.save(openUsage)], []);
    }),
  );
}

/** Whether what broke off a run may be over soon: the store was out of reach. */
function isPassing(cause: unknown): boolean {
  return StorageError.isInstance(cause) && cause.retryable;
}

/** How long a run rests that was broken off, in ms: it may be what the store fails for. */
function pauseAfter(attempts: number): number {
  return Math.min(250 * 2 ** attempts, 30_000);
}

/** Leaves the run to whoever takes it up after `restMs`, this process or another, and goes on where it is. */
async function leave(context: EngineContext, held: HeldRun, restMs: number): Promise<void> {
  const { id: runId, thread_id: threadId } = held.run;
  const ticket = { runId, threadId, fence: held.fence };
  try {
    // A heartbeat would take back what is given away here.
    await context.leases.release(held);
    await untilReachable(context, { waiting: 'a run waits for it to be gone on with' }, async () => {
      if (!held.stopped.aborted) await held.settled();
      const [isLeft] = await context.storage.renew([held.lease], { ms: restMs });
      if (isLeft && restMs === 0) context.dispatcher.enqueue(ticket, { first: true });
    });
  } catch (err) {
    context.logger.warn({ runId, threadId, err }, 'A run is left to others when its lease runs out.');
  }
}

/** Parks the run until its client submits the missing results. */
async function waitForClient(held: HeldRun, step: ToolCallsStep, { openUsage }: Progress): Promise<void> {
  const toolCalls = pendingCalls(step.step);
  await held.transition(
    {
      status: 'requires_action',
      required_action: { type: 'submit_tool_outputs', submit_tool_outputs: { tool_calls: toolCalls } },
    },
    [step.save(openUsage)],
    (runText) => [{ event: 'thread.run.requires_action', data: runText }, DONE],
  );
}

/** Ends a run, also when the store does not take it at once; not when it has become somebody else's to end. */
async function settle(
  context: EngineContext,
  held: HeldRun,
  progress: Unfinished,
  endingOf: (run: Run) => RunEnding,
): Promise<void> {
  let holder = held;
  const doubt: ClaimDoubt = { fence: null };
  await untilReachable(context, { waiting: 'a run waits for it to be ended' }, async () => {
    if (!holder.stopped.aborted) return endRun(context, holder, endingOf(holder.run), progress);
    const again = await claimAgain(context, holder, doubt);
    if (!again) return forgetEventsOfEnded(context, holder);
    const loss: unknown = holder.stopped.reason;
    holder = again;
    const written = await loadUnfinished(context.storage, holder);
    const ending = endingOf(holder.run);
    const untold = untoldDeltas(progress.open, written.open);
    if (untold) {
      for (const event of untold) holder.emit(event);
      return endRun(context, holder, ending, progress);
    }
    // What was written is what counts: its readers have seen no more. An answer of which a part may be missing is none.
    const isShort = ending.status === 'completed' || ending.status === 'incomplete';
    await endRun(context, holder, isShort ? { status: 'failed', error: toRunError(loss) } : ending, written);
  });
}

/** When a run's end was written and only the answer was lost. */
async function forgetEventsOfEnded(context: EngineContext, held: HeldRun): Promise<void> {
  const record = await context.storage.get(runKey(held.run.thread_id, held.run.id));
  if (record && isTerminalRunStatus(parseRecord(record).status)) await forgetEvents(context, held);
}

/** How a run ends whose advance was broken off. */
function explain(
  context: EngineContext,
  { id: runId, thread_id: threadId, model, status }: Run,
  cause: unknown,
  { interrupt, expired }: { interrupt: AbortSignal; expired: AbortSignal },
): RunEnding {
  if (status === 'cancelling') return { status: 'cancelled' };
  if (expired.aborted) return { status: 'expired' };
  // It is being cancelled, which the write of its end will find.
  if (interrupt.aborted) return failure('The run was interrupted.');
  if (ModelError.isInstance(cause)) {
    context.logger.warn({ runId, threadId, model, code: cause.code, reason: cause.message }, 'A run failed.');
  } else {
    context.logger.error({ runId, threadId, err: cause }, 'A run failed for a reason of our own.');
  }
  return { status: 'failed', error: toRunError(cause) };
}
