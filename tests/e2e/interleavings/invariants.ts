import {
  isTerminalRunStatus,
  type Message,
  type Run,
  type RunStatus,
  type RunStep,
  type StreamEvent,
} from '@cogitator-ai/openai-protocol';
import { isDeepStrictEqual } from 'node:util';
import { orderFaults } from './event-order.ts';
import { type History, isBefore, type Outcome } from './history.ts';
import { sumFaults } from './sum-of-deltas.ts';

/** Where a run may go next. Source: Assistants API reference, run lifecycle. */
const NEXT: Record<RunStatus, readonly RunStatus[]> = {
  queued: ['in_progress', 'cancelling', 'cancelled', 'failed', 'expired'],
  in_progress: ['requires_action', 'completed', 'incomplete', 'failed', 'cancelling', 'expired'],
  requires_action: ['queued', 'cancelling', 'expired'],
  cancelling: ['cancelled', 'completed', 'failed', 'expired'],
  cancelled: [],
  completed: [],
  failed: [],
  incomplete: [],
  expired: [],
};

/** What holds of all that clients are told, whatever they do, whenever they do it. Each says what is wrong. */
const OF_HISTORY = {
  'answers every request with success or the refusal that fits': ({ faults }) => faults,
  'has one active run at most': activeRunFaults,
  'refuses nothing because of a run that has ended': lockFaults,
  'tells events in order and to the end': ({ transcripts }) => transcripts.flatMap(orderFaults),
  'sends deltas whose sum is the object': ({ transcripts }) => transcripts.flatMap(({ events }) => sumFaults(events)),
} as const satisfies Record<string, (history: History) => string[]>;

/** What also holds of what is there in the end. */
const OF_OUTCOME = {
  'moves runs only as their life cycle allows': statusFaults,
  'keeps every accepted message once, in order': messageFaults,
  'writes one message for each step that says so': answerFaults,
  'keeps what clients change': changeFaults,
  'takes the outputs of each call once': outputFaults,
  'tells what it stores': transcriptFaults,
  'ends steps and messages with their run': endFaults,
} as const satisfies Record<string, (history: History, outcome: Outcome) => string[]>;

export type Invariant = keyof typeof OF_HISTORY | keyof typeof OF_OUTCOME;

export const INVARIANTS = [...Object.keys(OF_HISTORY), ...Object.keys(OF_OUTCOME)] as readonly Invariant[];

/** What is wrong, by the invariant that does not hold. */
export function brokenInvariants(history: History, outcome: Outcome | null): Map<Invariant, string[]> {
  const faults = [
    ...Object.entries(OF_HISTORY).map(([name, check]) => [name as Invariant, check(history)] as const),
    ...Object.entries(OF_OUTCOME).map(
      ([name, check]) => [name as Invariant, outcome ? check(history, outcome) : []] as const,
    ),
  ];
  return new Map(faults.filter(([, found]) => found.length > 0));
}

/** Statuses that can follow on another at last. */
const REACHABLE: ReadonlyMap<RunStatus, ReadonlySet<RunStatus>> = new Map(
  (Object.keys(NEXT) as RunStatus[]).map((status) => [status, reachableFrom(status)]),
);

function reachableFrom(start: RunStatus): Set<RunStatus> {
  const reached = new Set([start]);
  for (const status of reached) for (const next of NEXT[status]) reached.add(next);
  return reached;
}

function statusFaults({ sightings, transcripts }: History, { runs }: Outcome): string[] {
  const faults: string[] = [];
  for (const { runId, events } of transcripts) {
    const statuses = events.flatMap((event) => (isRunEvent(event) ? [event.data.status] : []));
    for (const [index, status] of statuses.entries()) {
      const before = statuses[index - 1];
      if (before !== undefined && before !== status && !NEXT[before].includes(status)) {
        faults.push(`${runId} is streamed as ${before} and then as ${status}.`);
      }
    }
  }
  for (const earlier of sightings) {
    for (const later of sightings) {
      if (earlier.runId !== later.runId || !isBefore(earlier, later)) continue;
      if (!REACHABLE.get(earlier.status)?.has(later.status)) {
        faults.push(`${earlier.runId} is ${earlier.status} and later ${later.status}.`);
      }
    }
  }
  for (const run of runs) faults.push(...timeFaults(run));
  return faults;
}

/** Each end has its own time, and no other. */
function timeFaults(run: Run): string[] {
  const times = {
    completed_at: run.status === 'completed' || run.status === 'incomplete',
    failed_at: run.status === 'failed',
    cancelled_at: run.status === 'cancelled',
    expires_at: run.status === 'expired',
  };
  const faults = Object.entries(times).flatMap(([key, expected]) =>
    (run[key as keyof typeof times] !== null) === expected ? [] : [`${run.id} is ${run.status}, ${key} is wrong.`],
  );
  if ((run.last_error !== null) !== (run.status === 'failed')) faults.push(`${run.id}: last_error is wrong.`);
  if ((run.incomplete_details !== null) !== (run.status === 'incomplete')) faults.push(`${run.id}: no reason.`);
  if (run.required_action !== null) faults.push(`${run.id} has ended and requires an action.`);
  return faults;
}

function activeRunFaults({ createdRuns, sightings }: History): string[] {
  const faults: string[] = [];
  for (const created of createdRuns) {
    for (const { runId, status, ...seen } of sightings) {
      const other = createdRuns.find((run) => run.runId === runId);
      // A run that began before this one did, and is seen as active after.
      if (!other || other === created || !isBefore(other, created) || !isBefore(created, seen)) continue;
      if (!isTerminalRunStatus(status)) faults.push(`${created.runId} was accepted, yet ${runId} is still ${status}.`);
    }
  }
  return faults;
}

function lockFaults({ locks, sightings, createdRuns, schedule }: History): string[] {
  return locks.flatMap(({ runId, what, ...refused }) => {
    const ended = sightings.some(
      (seen) => seen.runId === runId && isTerminalRunStatus(seen.status) && isBefore(seen, refused),
    );
    // Of a thread that is deleted at once a client may never hear the id.
    const known = schedule.deleteAfterMs !== null || createdRuns.some((run) => run.runId === runId);
    return ended || !known ? [`${what} ${ended ? 'But it has ended.' : 'But there is no such run.'}`] : [];
  });
}

function messageFaults(history: History, { messages, steps }: Outcome): string[] {
  const faults: string[] = [];
  const asked = messages.filter(({ role }) => role === 'user');
  const places = new Map<string, number>();
  for (const [place, message] of asked.entries()) {
    const text = textOf(message);
    if (places.has(text)) faults.push(`'${text}' is there twice.`);
    places.set(text, place);
  }
  const accepted = new Set(history.messages.map(({ text }) => text));
  for (const text of places.keys()) if (!accepted.has(text)) faults.push(`'${text}' was refused, but is there.`);

  const missing = history.messages.filter(({ text }) => !places.has(text));
  const answers = new Set([...steps.values()].flat().map(writtenMessage));
  const deleted = [...history.deletedMessages].filter((id) => !answers.has(id)).length;
  if (missing.length !== deleted) {
    faults.push(
      `${missing.length} messages are missing, ${deleted} were deleted: ${missing.map(({ text }) => text).join(', ')}`,
    );
  }
  for (const [index, earlier] of history.messages.entries()) {
    for (const [laterIndex, later] of history.messages.entries()) {
      // Messages of one request are in its order.
      const together = earlier.from === later.from && earlier.to === later.to && index < laterIndex;
      if (!together && !isBefore(earlier, later)) continue;
      const [first, second] = [places.get(earlier.text), places.get(later.text)];
      if (first !== undefined && second !== undefined && first > second) {
        faults.push(`'${later.text}' is before '${earlier.text}'.`);
      }
    }
  }
  for (const id of history.deletedMessages) {
    if (messages.some((message) => message.id === id)) faults.push(`${id} was deleted, but is there.`);
  }
  return faults;
}

function answerFaults({ deletedMessages }: History, { messages, steps }: Outcome): string[] {
  const faults: string[] = [];
  const written = new Map<string, RunStep>();
  for (const step of [...steps.values()].flat()) {
    const id = writtenMessage(step);
    if (id === null) continue;
    if (written.has(id)) faults.push(`Two steps write ${id}.`);
    written.set(id, step);
    if (!deletedMessages.has(id) && !messages.some((message) => message.id === id)) faults.push(`${id} is missing.`);
  }
  for (const { id, role, run_id: runId } of messages) {
    if (role === 'assistant' && written.get(id)?.run_id !== runId) faults.push(`No step writes ${id}.`);
  }
  return faults;
}

function changeFaults({ changes }: History, { thread, messages, runs }: Outcome): string[] {
  const objects = new Map([thread, ...messages, ...runs].map((object) => [object.id, object] as const));
  const faults: string[] = [];
  for (const [id, own] of Map.groupBy(changes, (change) => change.id)) {
    // Any that no other surely followed may have been the last.
    const last = own.filter((change) => !own.some((other) => isBefore(change, other))).map(({ value }) => value);
    const value = objects.get(id)?.metadata['value'];
    if (objects.has(id) && (value === undefined || !last.includes(value))) {
      faults.push(`${id} was changed to '${last.join("' or '")}', but is '${value}'.`);
    }
  }
  return faults;
}

function outputFaults({ outputs }: History, { steps }: Outcome): string[] {
  const faults: string[] = [];
  const shown = new Map<string, string | null>();
  for (const { step_details: details } of [...steps.values()].flat()) {
    if (details.type !== 'tool_calls') continue;
    for (const call of details.tool_calls) if (call.type === 'function') shown.set(call.id, call.function.output);
  }
  for (const [callId, accepted] of outputs) {
    if (accepted.length > 1) faults.push(`Outputs of ${callId} were accepted ${accepted.length} times.`);
    if (!accepted.includes(shown.get(callId) ?? '')) faults.push(`${callId} has the output '${shown.get(callId)}'.`);
  }
  for (const [callId, output] of shown) {
    if (output !== null && !outputs.has(callId)) faults.push(`${callId} has the output '${output}' of nobody.`);
  }
  return faults;
}

/** The last that streams tell of an object is what is read back. */
function transcriptFaults({ transcripts, changes }: History, { messages, runs, steps }: Outcome): string[] {
  const changed = new Set(changes.map(({ id }) => id));
  const stored = new Map<string, Run | Message | RunStep>(
    [...messages, ...runs, ...[...steps.values()].flat()].map((object) => [object.id, object]),
  );
  const told = new Map<string, Run | Message | RunStep>();
  for (const { events } of transcripts) {
    for (const { data } of events) {
      if (typeof data !== 'object' || !('object' in data)) continue;
      const isEnd =
        (data.object === 'thread.run' && isTerminalRunStatus(data.status)) ||
        ((data.object === 'thread.message' || data.object === 'thread.run.step') && data.status !== 'in_progress');
      if (isEnd) told.set(data.id, data);
    }
  }
  return [...told].flatMap(([id, object]) => {
    const kept = stored.get(id);
    if (!kept || changed.has(id) || isDeepStrictEqual(kept, object)) return [];
    return [`${id} is told as ${JSON.stringify(object)} but stored as ${JSON.stringify(kept)}`];
  });
}

function endFaults({ createdRuns }: History, { messages, runs, steps }: Outcome): string[] {
  const faults: string[] = [];
  if (!isDeepStrictEqual(new Set(runs.map(({ id }) => id)), new Set(createdRuns.map(({ runId }) => runId)))) {
    faults.push(`${runs.length} runs are there, ${createdRuns.length} were accepted.`);
  }
  for (const run of runs) {
    if (!isTerminalRunStatus(run.status)) faults.push(`${run.id} is ${run.status}.`);
    const own = steps.get(run.id) ?? [];
    for (const { id, status } of own) if (status === 'in_progress') faults.push(`${id} of ${run.id} is ${status}.`);
    const tokens = own.reduce((sum, { usage }) => sum + (usage?.total_tokens ?? 0), 0);
    if (run.usage?.total_tokens !== tokens) {
      faults.push(`${run.id} cost ${run.usage?.total_tokens} tokens, its steps ${tokens}.`);
    }
  }
  for (const { id, status } of messages) if (status === 'in_progress') faults.push(`${id} is ${status}.`);
  return faults;
}

function writtenMessage({ step_details: details }: RunStep): string | null {
  return details.type === 'message_creation' ? details.message_creation.message_id : null;
}

function textOf({ content }: Message): string {
  return content.map((part) => (part.type === 'text' ? part.text.value : '')).join('');
}

function isRunEvent(event: StreamEvent): event is Extract<StreamEvent, { data: Run }> {
  return typeof event.data === 'object' && 'object' in event.data && event.data.object === 'thread.run';
}
