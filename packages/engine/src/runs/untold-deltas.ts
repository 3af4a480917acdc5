import type { MessageContent } from '@cogitator-ai/openai-protocol';
import type { LogEvent } from '@cogitator-ai/openai-storage';
import type { OpenStep } from './open-step.ts';
import { createMessageDeltas } from './run-events.ts';

/**
 * The deltas that tell the rest of an open message: what its writer knows of it and its readers do not.
 *
 * @param told - The open step as its stored events tell of it.
 * @returns `null` when there is no telling: no message is open, or it is not the one that was told of last, or something else was
 * told of it.
 */
export function untoldDeltas(open: OpenStep | null, told: OpenStep | null): LogEvent[] | null {
  const message = open?.message;
  if (!message || message.id !== told?.message?.id) return null;
  const toldContent = told.message.content;
  const isBeginning = toldContent.every((part, index) => textOf(message.content[index]).startsWith(textOf(part)));
  if (!isBeginning) return null;
  return message.content.flatMap((part, index) => {
    if (part.type !== 'text' && part.type !== 'refusal') return [];
    const begun = index < toldContent.length;
    const delta = createMessageDeltas(message.id, index, part.type, { begun });
    return restOf(part, textOf(toldContent[index]).length, delta, begun);
  });
}

/** The deltas of a part behind a place in it: each citation is one, together with its marker. */
function restOf(
  part: Extract<MessageContent, { type: 'text' | 'refusal' }>,
  start: number,
  delta: ReturnType<typeof createMessageDeltas>,
  begun: boolean,
): LogEvent[] {
  const text = textOf(part);
  const events: LogEvent[] = [];
  let place = start;
  for (const [index, annotation] of (part.type === 'text' ? part.text.annotations : []).entries()) {
    if (annotation.type !== 'file_citation' || annotation.start_index < start) continue;
    if (annotation.start_index > place) events.push(delta(text.slice(place, annotation.start_index)));
    events.push(delta(annotation.text, { index, annotation }));
    place = annotation.end_index;
  }
  if (place < text.length || (events.length === 0 && !begun)) events.push(delta(text.slice(place)));
  return events;
}

function textOf(part: MessageContent | undefined): string {
  if (part?.type === 'text') return part.text.value;
  return part?.type === 'refusal' ? part.refusal : '';
}
