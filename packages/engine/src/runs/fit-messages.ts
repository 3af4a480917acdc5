import type { ModelMessage } from '../ports/model-port.ts';
import type { PromptMeter, PromptPart } from '../tokens/prompt-meter.ts';

export interface FitOptions {
  /** What is sent in any case: instructions, functions, the run's own turns. */
  readonly fixed: readonly PromptPart[];
  /** Tokens that all may take together. */
  readonly tokens: number;
}

/**
 * The messages of a thread, oldest first, that fit into a prompt. The newest comes first, then the one that began the
 * thread, then the others from the newest back: what is dropped is the middle.
 *
 * @returns `null` when not even the newest fits.
 */
export async function fitMessages(
  meter: PromptMeter,
  messages: readonly ModelMessage[],
  { fixed, tokens }: FitOptions,
): Promise<readonly ModelMessage[] | null> {
  if ([...fixed, ...messages].reduce((sum, part) => sum + meter.atMost(part), 0) <= tokens) return messages;

  let room = tokens;
  for (const part of fixed) {
    room -= await meter.count(part, room);
    if (room < 0) return null;
  }
  const [first, newest] = [messages[0], messages.at(-1)];
  if (newest) room -= await meter.count(newest, room);
  if (room < 0) return null;
  if (!first || !newest || first === newest) return messages;

  const beginning = await meter.count(first, room);
  const begins = beginning <= room;
  if (begins) room -= beginning;
  let kept = messages.length - 1;
  for (; kept > 1; kept--) {
    room -= await meter.count(messages[kept - 1] as ModelMessage, room);
    if (room < 0) break;
  }
  const latest = messages.slice(kept);
  return begins ? [first, ...latest] : latest;
}
