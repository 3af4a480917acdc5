import type { Message, Run, RunStep, Thread } from '@cogitator-ai/openai-protocol';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerTo, type Plan } from '../upstream/plan.ts';
import type { Api } from './api.ts';
import { Reading } from './read-run.ts';
import { textOf } from './texts.ts';

/** What came of one question. */
export interface Asked {
  readonly plan: Plan;
  readonly run: Run;
  /** Of the thread, oldest first. */
  readonly messages: Message[];
  readonly steps: RunStep[];
  /** What the client read, if it read a stream. */
  readonly reading: Reading | null;
}

/** Asks on a thread of its own and waits for the end, through whatever happens to the servers. */
export async function ask(api: Api, assistantId: string, plan: Plan, how: 'stream' | 'poll'): Promise<Asked> {
  const { id: threadId } = await api.create<Thread>('/threads', {
    messages: [{ role: 'user', content: JSON.stringify(plan) }],
  });
  const reading = how === 'stream' ? new Reading() : null;
  const runId = reading ? await stream(api, threadId, assistantId, reading) : await create(api, threadId, assistantId);
  for (;;) {
    const run = await api.get<Run>(`/threads/${threadId}/runs/${runId}`);
    if (run.status !== 'queued' && run.status !== 'in_progress') {
      const messages = await api.get<{ data: Message[] }>(`/threads/${threadId}/messages?order=asc`);
      const steps = await api.get<{ data: RunStep[] }>(`/threads/${threadId}/runs/${runId}/steps?order=asc`);
      return { plan, run, messages: messages.data, steps: steps.data, reading };
    }
    await sleep(100);
  }
}

async function create(api: Api, threadId: string, assistantId: string): Promise<string> {
  for (;;) {
    const run = await api.post<Run>(`/threads/${threadId}/runs`, { assistant_id: assistantId });
    const runId = run?.id ?? (await findRun(api, threadId));
    if (runId !== null) return runId;
  }
}

/** The run of a thread, for a client that was not told whether it was made. */
async function findRun(api: Api, threadId: string): Promise<string | null> {
  const { data } = await api.get<{ data: Run[] }>(`/threads/${threadId}/runs?limit=1`);
  return data[0]?.id ?? null;
}

/** Begins a stream, and follows the run elsewhere when it breaks. */
async function stream(api: Api, threadId: string, assistantId: string, reading: Reading): Promise<string> {
  let key = randomUUID();
  while (reading.runId === null) {
    const body = { assistant_id: assistantId, stream: true };
    const response = await api.send('POST', `/threads/${threadId}/runs`, body, { key });
    if (response.ok) await reading.read(response);
    else if (response.status === 409) {
      reading.runId = await findRun(api, threadId);
      key = randomUUID();
    } else throw new Error(await response.text());
  }
  while (!reading.isDone) {
    // A stream that was not numbered is read again from its beginning.
    if (reading.lastId === null) reading.restart();
    const path = `/threads/${threadId}/runs/${reading.runId}/events?after=${reading.lastId ?? 0}`;
    await reading.read(await api.send('GET', path));
  }
  return reading.runId;
}

/** What is wrong with the outcome of a question, for people. */
export function faultsOf(
  { plan, run, messages, steps, reading }: Asked,
  executions: ReadonlyMap<string, number>,
): string[] {
  const faults: string[] = [];
  const expect = (holds: boolean, fault: string): void => {
    if (!holds) faults.push(`${plan.key} (${run.id}): ${fault}`);
  };
  expect(run.status === 'completed', `is ${run.status}: ${run.last_error?.message}`);
  expect(messages.length === 2, `has ${messages.length - 1} answers`);
  const answer = messages.at(-1);
  const text = answer ? textOf(answer) : '';
  expect(text === answerTo(plan), `is answered with ${JSON.stringify(text)}`);
  expect(
    steps.every(({ status }) => status === 'completed' || status === 'cancelled'),
    'has an open step',
  );
  for (const { step_details: details } of steps) {
    if (details.type !== 'tool_calls') continue;
    for (const call of details.tool_calls) {
      if (call.type !== 'function' || call.function.output !== `done ${call.id}`) continue;
      expect(executions.get(call.id) === 1, `executed ${call.id} ${executions.get(call.id)} times`);
    }
  }
  if (reading) {
    expect(reading.status === 'completed', `is read as ${reading.status}`);
    expect(reading.created.length === 1, `is read as ${reading.created.length} messages`);
    expect(reading.text === text, `is read as ${JSON.stringify(reading.text)}`);
  }
  return faults;
}
