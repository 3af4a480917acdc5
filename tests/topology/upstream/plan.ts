import type { RecordedRequest, Reply } from '@cogitator-ai/tests-upstream';
import { randomUUID } from 'node:crypto';

/** What a model is to do in one run, as its user says it. */
export interface Plan {
  /** Names the question. */
  readonly key: string;
  /** How often it calls the server's tool before it answers. */
  readonly steps: number;
  /** How many words its answer has. */
  readonly words: number;
  /** Pause before each event of its answers, in ms. */
  readonly delayMs: number;
}

/** What is answered in the end. */
export function answerTo({ key, words }: Plan): string {
  return Array.from({ length: words }, (_, index) => `${key}.${index}`).join(' ');
}

/** Does what the latest plan says that has not been done, from what it is told of the conversation alone. */
export function followPlan({ body: { messages } }: RecordedRequest): Reply {
  const at = messages.findLastIndex(({ role, content }) => role === 'user' && String(content).startsWith('{'));
  const plan = JSON.parse(String(messages[at]?.content)) as Plan;
  const since = messages.slice(at + 1);
  const done = since.filter(({ role }) => role === 'tool').length;
  const { delayMs } = plan;
  if (done < plan.steps) {
    return { toolCalls: [{ id: `call_${randomUUID()}`, name: 'work', arguments: ['{"n":', `${done}`, '}'] }], delayMs };
  }
  // It is asked to go on with what it said last.
  const begun = since.at(-1)?.role === 'user' ? String(since.at(-2)?.content) : '';
  const rest = answerTo(plan).slice(begun.length);
  return { text: rest.match(/ ?[^ ]+| $/g) ?? [], delayMs };
}
