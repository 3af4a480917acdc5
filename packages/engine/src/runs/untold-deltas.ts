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
    const rest = textOf(part).slice(textOf(toldContent[index]).length);
    return begun && rest === '' ? [] : [createMessageDeltas(message.id, index, part.type, { begun })(rest)];
  });
}

function textOf(part: MessageContent | undefined): string {
  if (part?.type === 'text') return part.text.value;
  return part?.type === 'refusal' ? part.refusal : '';
}
