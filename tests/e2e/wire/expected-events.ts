import type { StreamEventName } from '@cogitator-ai/openai-protocol';

/** How the stream of a new run begins. */
export const RUN_BEGINS: readonly StreamEventName[] = [
  'thread.run.created',
  'thread.run.queued',
  'thread.run.in_progress',
];

/** A message step from its beginning to its last piece of text; how it ends differs. */
export function openMessageStep(deltas: number): StreamEventName[] {
  return [
    'thread.run.step.created',
    'thread.run.step.in_progress',
    'thread.message.created',
    'thread.message.in_progress',
    ...repeat('thread.message.delta', deltas),
  ];
}

/** A message step that is completed. */
export function messageStep(deltas: number): StreamEventName[] {
  return [...openMessageStep(deltas), 'thread.message.completed', 'thread.run.step.completed'];
}

/** A step of function calls from its beginning to its last piece of arguments. */
export function openToolStep(deltas: number): StreamEventName[] {
  return ['thread.run.step.created', 'thread.run.step.in_progress', ...repeat('thread.run.step.delta', deltas)];
}

/** A step of function calls that is completed. */
export function toolStep(deltas: number): StreamEventName[] {
  return [...openToolStep(deltas), 'thread.run.step.completed'];
}

function repeat(name: StreamEventName, count: number): StreamEventName[] {
  return Array.from({ length: count }, () => name);
}
