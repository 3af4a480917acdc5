import { randomUUID } from 'node:crypto';
import type OpenAI from 'openai';
import type { AssistantStreamEvent } from 'openai/resources/beta/assistants';
import type { Run } from 'openai/resources/beta/threads';

/** A run that is in progress, and takes seconds more. */
export interface BegunRun {
  readonly threadId: string;
  readonly run: Run;
  /** What its client has been streamed so far. */
  readonly text: string;
  /** All that its client is streamed, in the end. Rejects with what breaks the stream. */
  readonly answer: Promise<string>;
  /** Follows the same events from the first, on any server. */
  follow(client: OpenAI): Promise<string>;
}

/** Begins a run; resolves when the first words of the answer have been streamed. */
export async function beginRun(client: OpenAI): Promise<BegunRun> {
  const { id: assistantId } = await client.beta.assistants.create({ model: 'demo' });
  const { id: threadId } = await client.beta.threads.create({
    messages: [{ role: 'user', content: 'Please answer slowly.' }],
  });
  const headers = { 'Idempotency-Key': randomUUID() };
  const request = (sender: OpenAI): Promise<AsyncIterable<AssistantStreamEvent>> =>
    sender.beta.threads.runs.create(threadId, { assistant_id: assistantId, stream: true }, { headers });

  const stream = await request(client);
  let text = '';
  const answer = readAnswer(stream, (soFar) => (text = soFar));
  // Whoever begins a run need not care for how its stream ends.
  answer.catch(() => {});
  while (text === '') await Promise.race([new Promise((resolve) => setTimeout(resolve, 10)), answer]);
  const { data } = await client.beta.threads.runs.list(threadId);
  return {
    threadId,
    run: data[0]!,
    get text() {
      return text;
    },
    answer,
    follow: async (other) => readAnswer(await request(other)),
  };
}

async function readAnswer(
  stream: AsyncIterable<AssistantStreamEvent>,
  onText: (soFar: string) => void = () => {},
): Promise<string> {
  let text = '';
  for await (const { event, data } of stream) {
    if (event !== 'thread.message.delta') continue;
    for (const part of data.delta.content ?? []) if (part.type === 'text') text += part.text?.value ?? '';
    onText(text);
  }
  return text;
}
