import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI, { toFile } from 'openai';
import { bytesOf, textOf } from './content.ts';
import { Ledger, RunFailedError } from './ledger.ts';

/** Pause after a failure, in ms. */
const PAUSE_MS = 30;
/** When a client gives up on an answer, in ms: longer than any time limit of the server. */
const PATIENCE_MS = 60_000;

export interface LoadOptions {
  /** Where servers are; clients take turns with them. */
  urls: readonly string[];
  /** How often the SDK tries again by itself. Default 0: every failure is seen. */
  maxRetries?: number;
}

/** Clients of every kind that write until they are stopped. */
export interface Load {
  readonly ledger: Ledger;
  /** Resolves when every activity has been done so many times more. */
  progress(times: number): Promise<void>;
  /** Lets everybody finish what is under way. */
  stop(): Promise<void>;
}

export function connect(url: string, options: { maxRetries?: number } = {}): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0, timeout: PATIENCE_MS, ...options });
}

/** @throws when an assistant cannot be made for the runs. */
export async function startLoad({ urls, maxRetries = 0 }: LoadOptions): Promise<Load> {
  const ledger = new Ledger();
  const stopped = new AbortController();
  const clients = urls.map((url) => connect(url, { maxRetries }));
  const assistant = await clients[0]!.beta.assistants.create({ model: 'demo' });
  const activities = { thread: writeThread, file: writeFile, stream: streamRun, poll: pollRun };

  async function keepDoing(activity: keyof Ledger['done'], offset: number): Promise<void> {
    for (let turn = offset; !stopped.signal.aborted; turn++) {
      const client = clients[turn % clients.length]!;
      const context = { client, ledger, assistantId: assistant.id };
      if (await ledger.attempt(() => activities[activity](context))) ledger.done[activity]++;
      else await sleep(PAUSE_MS);
    }
  }

  const names = Object.keys(activities) as (keyof Ledger['done'])[];
  const loops = names.flatMap((name) => [keepDoing(name, 0), keepDoing(name, 1)]);
  return {
    ledger,
    async progress(times) {
      const goals = names.map((name) => ledger.done[name] + times);
      while (names.some((name, index) => ledger.done[name] < goals[index]!)) await sleep(5);
    },
    async stop() {
      stopped.abort();
      await Promise.all(loops);
    },
  };
}

interface Activity {
  readonly client: OpenAI;
  readonly ledger: Ledger;
  readonly assistantId: string;
}

/** How many messages a thread is made with. */
export const FIRST_MESSAGES = 3;

/** A thread with messages, more messages one by one, of which one is deleted; now and then all of it. */
async function writeThread({ client, ledger }: Activity): Promise<void> {
  const { threads } = client.beta;
  const name = randomUUID();
  const thread = await threads.create({
    metadata: { first: name },
    messages: firstNames(name).map((each) => ({ role: 'user', content: textOf(each) })),
  });
  const known = new Map<string, string>();
  ledger.threads.set(thread.id, known);
  for (let count = 0; count < 3; count++) {
    const own = randomUUID();
    const message = await threads.messages.create(thread.id, { role: 'user', content: textOf(own) });
    known.set(message.id, own);
  }
  const [removed] = known.keys();
  // From here on nobody knows of it, until that is answered.
  known.delete(removed!);
  await threads.messages.delete(removed!, { thread_id: thread.id });
  ledger.deleted.push(`/threads/${thread.id}/messages/${removed}`);
  if (Math.random() < 0.7) return;
  ledger.threads.delete(thread.id);
  await threads.delete(thread.id);
  ledger.deleted.push(`/threads/${thread.id}`);
}

/** Names of the messages that a thread was made with. */
export function firstNames(name: string): string[] {
  return Array.from({ length: FIRST_MESSAGES }, (_, index) => `${name}.${index}`);
}

/** A file; every third is deleted. */
async function writeFile({ client, ledger }: Activity): Promise<void> {
  const name = randomUUID();
  const file = await client.files.create({ file: await toFile(bytesOf(name), name), purpose: 'user_data' });
  ledger.files.set(file.id, name);
  if (Math.random() < 0.7) return;
  ledger.files.delete(file.id);
  await client.files.delete(file.id);
  ledger.deleted.push(`/files/${file.id}`);
}

/** A run whose events are followed. */
async function streamRun({ client, ledger, assistantId }: Activity): Promise<void> {
  const { id: threadId } = await client.beta.threads.create({ messages: [{ role: 'user', content: 'Hello!' }] });
  let text = '';
  const stream = await client.beta.threads.runs.create(threadId, { assistant_id: assistantId, stream: true });
  for await (const { event, data } of stream) {
    if (event === 'thread.message.delta') {
      for (const part of data.delta.content ?? []) if (part.type === 'text') text += part.text?.value ?? '';
    }
    if (event === 'thread.run.failed') throw new RunFailedError(data.status, data.last_error?.code);
    if (event === 'thread.run.completed') ledger.runs.push({ threadId, runId: data.id, text });
  }
}

/** A run that is asked after until it has ended. */
async function pollRun({ client, ledger, assistantId }: Activity): Promise<void> {
  const { id: threadId } = await client.beta.threads.create({ messages: [{ role: 'user', content: 'Hello!' }] });
  const run = await client.beta.threads.runs.createAndPoll(
    threadId,
    { assistant_id: assistantId },
    { pollIntervalMs: 50 },
  );
  if (run.status !== 'completed') throw new RunFailedError(run.status, run.last_error?.code);
  const { data } = await client.beta.threads.messages.list(threadId, { run_id: run.id });
  const [content] = data[0]?.content ?? [];
  ledger.runs.push({ threadId, runId: run.id, text: content?.type === 'text' ? content.text.value : '' });
}
