import type { StreamEvent, StreamEventName } from '@cogitator-ai/openai-protocol';
import type { Transcript } from './history.ts';

const RUN_ENDS_EARLY = ['thread.run.failed', 'thread.run.cancelled', 'thread.run.expired'] as const;

/** What may come directly after each event. Source: Assistants API reference, order of stream events. */
const NEXT: Record<StreamEventName, readonly StreamEventName[]> = {
  'thread.created': ['thread.run.created'],
  'thread.run.created': ['thread.run.queued'],
  'thread.run.queued': ['thread.run.in_progress', ...RUN_ENDS_EARLY],
  'thread.run.in_progress': ['thread.run.step.created', 'thread.run.incomplete', ...RUN_ENDS_EARLY],
  'thread.run.step.created': ['thread.run.step.in_progress'],
  'thread.run.step.in_progress': ['thread.message.created', 'thread.run.step.delta'],
  'thread.message.created': ['thread.message.in_progress'],
  'thread.message.in_progress': ['thread.message.delta'],
  'thread.message.delta': ['thread.message.delta', 'thread.message.completed', 'thread.message.incomplete'],
  'thread.message.completed': ['thread.run.step.completed'],
  'thread.message.incomplete': [
    'thread.run.step.completed',
    'thread.run.step.failed',
    'thread.run.step.cancelled',
    'thread.run.step.expired',
  ],
  'thread.run.step.delta': [
    'thread.run.step.delta',
    'thread.run.step.completed',
    'thread.run.step.failed',
    'thread.run.step.cancelled',
    'thread.run.step.expired',
    'thread.run.requires_action',
  ],
  'thread.run.step.completed': [
    'thread.run.step.created',
    'thread.run.queued',
    'thread.run.completed',
    'thread.run.incomplete',
    ...RUN_ENDS_EARLY,
  ],
  'thread.run.step.failed': ['thread.run.failed'],
  'thread.run.step.cancelled': ['thread.run.cancelled'],
  'thread.run.step.expired': ['thread.run.expired'],
  'thread.run.requires_action': ['done'],
  'thread.run.completed': ['done'],
  'thread.run.incomplete': ['done'],
  'thread.run.failed': ['done'],
  'thread.run.cancelled': ['done'],
  'thread.run.expired': ['done'],
  done: [],
  // Comes in between whatever the run is doing; see below.
  'thread.run.cancelling': [],
  error: [],
};

const BEGINS: Record<Transcript['of'], StreamEventName> = {
  'create run': 'thread.run.created',
  submit: 'thread.run.step.completed',
};

/** What is wrong with the order of a transcript's events. */
export function orderFaults({ of, events, whole }: Transcript): string[] {
  const faults: string[] = [];
  const cancelling = events.findIndex(({ event }) => event === 'thread.run.cancelling');
  const others = events.filter(({ event }) => event !== 'thread.run.cancelling');
  if (events.length - others.length > 1) faults.push('A run is cancelled twice.');
  if (cancelling !== -1) {
    const after = new Set(events.slice(cancelling).map(({ event }) => event));
    for (const name of ['thread.run.created', 'thread.run.queued', 'thread.run.requires_action'] as const) {
      if (after.has(name)) faults.push(`${name} comes after thread.run.cancelling.`);
    }
  }
  if (others[0]?.event !== undefined && others[0].event !== BEGINS[of]) faults.push(`It begins: ${others[0].event}.`);
  for (const [index, { event }] of others.entries()) {
    const next = others[index + 1]?.event;
    if (next !== undefined && !NEXT[event].includes(next)) faults.push(`${next} comes after ${event}.`);
  }
  if (whole && others.at(-1)?.event !== 'done') faults.push(`It ends: ${others.at(-1)?.event}.`);
  return [...faults, ...identityFaults(others)];
}

/** Steps and messages follow one another: every event speaks of the step that was begun last. */
function identityFaults(events: readonly StreamEvent[]): string[] {
  const faults: string[] = [];
  const begun = new Set<string>();
  let step: { id: string; messageId: string | null } | null = null;
  for (const { event, data } of events) {
    const id = typeof data === 'object' && 'id' in data ? data.id : null;
    if (event === 'thread.run.step.created') {
      const { step_details: details } = data;
      if (begun.has(data.id)) faults.push(`Step ${data.id} is created twice.`);
      begun.add(data.id);
      step = {
        id: data.id,
        messageId: details.type === 'message_creation' ? details.message_creation.message_id : null,
      };
    } else if (event.startsWith('thread.message.') && id !== step?.messageId) {
      faults.push(`${event} speaks of ${id}, which is not the message of the step.`);
    } else if (step && event.startsWith('thread.run.step.') && id !== step.id) {
      faults.push(`${event} speaks of ${id} while ${step.id} is the latest.`);
    }
  }
  return faults;
}
