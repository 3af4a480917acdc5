import type OpenAI from 'openai';
import type { Run } from 'openai/resources/beta/threads';

/** A run that is in progress, and takes seconds more. */
export interface BegunRun {
  readonly threadId: string;
  readonly run: Run;
  /** What its client has been streamed so far. */
  readonly text: () => string;
  /** How the stream has ended, for its client: with all events or an error. */
  readonly ended: Promise<unknown>;
}

/** Begins a run; resolves when the first words of the answer have been streamed. */
export async function beginRun(client: OpenAI): Promise<BegunRun> {
  const { id: assistantId } = await client.beta.assistants.create({ model: 'demo' });
  const { id: threadId } = await client.beta.threads.create({
    messages: [{ role: 'user', content: 'Please answer slowly.' }],
  });
  const stream = await client.beta.threads.runs.create(threadId, { assistant_id: assistantId, stream: true });
  let text = '';
  const begun = Promise.withResolvers<Run>();
  let run: Run;
  const follow = async (): Promise<void> => {
    for await (const { event, data } of stream) {
      if (event === 'thread.run.created') run = data;
      if (event !== 'thread.message.delta') continue;
      for (const part of data.delta.content ?? []) if (part.type === 'text') text += part.text?.value ?? '';
      if (text.split(' ').length > 2) begun.resolve(run);
    }
  };
  const ended = follow().catch((error: unknown) => {
    begun.reject(error);
    return error;
  });
  return { threadId, run: await begun.promise, text: () => text, ended };
}
