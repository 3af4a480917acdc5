import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI, { NotFoundError, toFile } from 'openai';
import { bytesOf, textOf } from './content.ts';
import { Ledger, RunFailedError } from './ledger.ts';

/** Pause after a failure, in ms. */
const PAUSE_MS = 30;
/** When a client gives up on an answer, in ms: longer than any time limit of the server. */
const PATIENCE_MS = 60_000;

const PERFORM = { thread: writeThread, file: writeFile, stream: streamRun, poll: pollRun };
type Activity = keyof typeof PERFORM;
const ALL = Object.keys(PERFORM) as Activity[];

export interface LoadOptions {
  /** Where servers are; clients take turns with them. */
  urls: readonly string[];
  /** How often the SDK tries again by itself. Default 0: every failure is seen. */
  maxRetries?: number;
  /** What they do. Default everything. */
  activities?: readonly Activity[];
}

/** Clients that write until they are stopped. */
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
export async function startLoad({ urls, maxRetries = 0, activities = ALL }: LoadOptions): Promise<Load> {
  const ledger = new Ledger({ repeats: maxRetries > 0 });
  const stopped = new AbortController();
  const clients = urls.map((url) => connect(url, { maxRetries }));
  const assistant = await clients[0]!.beta.assistants.create({ model: 'demo' });

  async function keepDoing(activity: Activity, offset: number): Promise<void> {
    for (let turn = offset; !stopped.signal.aborted; turn++) {
      const client = clients[turn % clients.length]!;
      const context = { client, ledger, assistantId: assistant.id };
      if (await ledger.attempt(() => PERFORM[activity](context))) ledger.done[activity]++;
      else await sleep(PAUSE_MS);
    }
  }

  const loops = activities.flatMap((name) => [keepDoing(name, 0), keepDoing(name, 1)]);
  return {
    ledger,
    async progress(times) {
      const goals = activities.map((name) => ledger.done[name] + times);
      while (activities.some((name, index) => ledger.done[name] < goals[index]!)) await sleep(5);
    },
    async stop() {
      stopped.abort();
      await Promise.all(loops);
    },
  };
}

interface Context {
  readonly client: OpenAI;
  readonly ledger: Ledger;
  readonly assistantId: string;
}

/** How many messages a thread is made with. */
const FIRST_MESSAGES = 3;

/** A thread with messages, more messages one by one, of which one is deleted; now and then all of it. */
async function writeThread({ client, ledger }: Context): Promise<void> {
  const { threads } = client.beta;
  const name = ledger.newName();
  const thread = await threads.create({
    metadata: { first: name },
    messages: firstNames(name).map((each) => ({ role: 'user', content: textOf(each) })),
  });
  const known = new Map<string, string>();
  ledger.threads.set(thread.id, known);
  for (let count = 0; count < 3; count++) {
    const own = ledger.newName();
    const message = await threads.messages.create(thread.id, { role: 'user', content: textOf(own) });
    known.set(message.id, own);
  }
  const [removed] = known.keys();
  // From here on nobody knows of it, until that is answered.
  known.delete(removed!);
  await deleted(client, threads.messages.delete(removed!, { thread_id: thread.id }));
  ledger.deleted.push(`/threads/${thread.id}/messages/${removed}`);
  if (Math.random() < 0.7) return;
  ledger.threads.delete(thread.id);
  await deleted(client, threads.delete(thread.id));
  ledger.deleted.push(`/threads/${thread.id}`);
}

/** Names of the messages that a thread was made with. */
export function firstNames(name: string): string[] {
  return Array.from({ length: FIRST_MESSAGES }, (_, index) => `${name}.${index}`);
}

/** Who tries again may find that it has been done. */
async function deleted(client: OpenAI, deletion: Promise<unknown>): Promise<void> {
  await deletion.catch((error: unknown) => {
    if (client.maxRetries === 0 || !(error instanceof NotFoundError)) throw error;
  });
}

/** A file; every third is deleted. */
async function writeFile({ client, ledger }: Context): Promise<void> {
  const name = ledger.newName();
  const file = await client.files.create({ file: await toFile(bytesOf(name), name), purpose: 'user_data' });
  ledger.files.set(file.id, name);
  if (Math.random() < 0.7) return;
  ledger.files.delete(file.id);
  await deleted(client, client.files.delete(file.id));
  ledger.deleted.push(`/files/${file.id}`);
}

/** A run whose events are followed. */
async function streamRun({ client, ledger, assistantId }: Context): Promise<void> {
  const { id: threadId } = await client.beta.threads.create({ messages: [{ role: 'user', content: 'Hello!' }] });
  let text = '';
  let isWhole = false;
  const stream = await client.beta.threads.runs.create(threadId, { assistant_id: assistantId, stream: true });
  for await (const { event, data } of stream) {
    if (event === 'thread.message.delta') {
      for (const part of data.delta.content ?? []) if (part.type === 'text') text += part.text?.value ?? '';
    }
    if (event === 'thread.message.completed') isWhole = true;
    if (event === 'thread.run.failed') throw new RunFailedError(data.status, data.last_error?.code);
    if (event !== 'thread.run.completed') continue;
    ledger.runs.push({ threadId, runId: data.id, text, isWhole });
    return;
  }
  throw new Error('a stream without an end');
}

/** A run that is asked after until it has ended. */
async function pollRun({ client, ledger, assistantId }: Context): Promise<void> {
  const { id: threadId } = await client.beta.threads.create({ messages: [{ role: 'user', content: 'Hello!' }] });
  const run = await client.beta.threads.runs.createAndPoll(
    threadId,
    { assistant_id: assistantId },
    { pollIntervalMs: 50 },
  );
  if (run.status !== 'completed') throw new RunFailedError(run.status, run.last_error?.code);
  const { data } = await client.beta.threads.messages.list(threadId, { run_id: run.id });
  const [content] = data[0]?.content ?? [];
  const text = content?.type === 'text' ? content.text.value : '';
  ledger.runs.push({ threadId, runId: run.id, text, isWhole: true });
}
