import {
  type DeletedObject,
  isTerminalRunStatus,
  type ListResponse,
  type Message,
  type Run,
  type RunStatus,
  type RunStep,
  type StreamEvent,
  type Thread,
} from '@cogitator-ai/openai-protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveEventStream } from '../wire/event-stream.ts';
import { type Answer, ask } from './client.ts';
import type { History, Interval, Outcome, Transcript } from './history.ts';
import type { Action, Reading, Schedule } from './schedule.ts';
import { instruct } from './scripted-model.ts';

/** Longest wait for what must happen, in ms; a slow machine needs a fraction of it. */
const PATIENCE_MS = 5000;

export interface Place {
  readonly baseURL: string;
  readonly assistantId: string;
}

/** What came of a schedule. */
export interface Played {
  readonly history: History;
  /** `null` when the thread was deleted, or when not everything ended. */
  readonly outcome: Outcome | null;
}

/** Lets the clients of a schedule loose on a new thread, ends what is left, and looks at what there is. */
export async function playSchedule(place: Place, schedule: Schedule): Promise<Played> {
  const created = await ask<Thread>('POST', `${place.baseURL}/threads`, {});
  if (!('object' in created)) throw new Error('No thread');
  const player = new Player(place, schedule, created.object.id);
  const { clients, deleteAfterMs } = schedule;
  const deletion = deleteAfterMs === null ? null : player.deleteThread(deleteAfterMs);
  await Promise.all([...clients.map((actions) => player.play(actions)), deletion]);
  const end = deletion ? player.endDeleted() : player.end();
  const outcome = await end.catch((error: unknown) => {
    player.history.faults.push(String(error));
    return null;
  });
  return { history: player.history, outcome };
}

class Player {
  readonly history: History;
  readonly #place: Place;
  readonly #url: string;
  readonly #reading: Promise<void>[] = [];
  readonly #messageIds: string[] = [];
  #count = 0;
  #isThreadDeleted = false;

  constructor(place: Place, schedule: Schedule, threadId: string) {
    this.#place = place;
    this.#url = `${place.baseURL}/threads/${threadId}`;
    this.history = {
      schedule,
      threadId,
      log: [],
      faults: [],
      createdRuns: [],
      sightings: [],
      locks: [],
      messages: [],
      deletedMessages: new Set(),
      changes: [],
      outputs: new Map(),
      transcripts: [],
    };
  }

  async play(actions: readonly Action[]): Promise<void> {
    for (const action of actions) await this.#act(action);
  }

  async deleteThread(delayMs: number): Promise<void> {
    await sleep(delayMs);
    this.#isThreadDeleted = true;
    const answer = await this.#request<DeletedObject>('DELETE', '');
    if (!('object' in answer)) this.#unexpected(answer);
  }

  /** @throws when a stream does not end. */
  async endDeleted(): Promise<null> {
    await this.#endStreams();
    for (const path of ['', '/messages', '/runs', ...this.history.createdRuns.map(({ runId }) => `/runs/${runId}`)]) {
      const answer = await this.#request('GET', path);
      if (!('refusal' in answer) || !this.#isOfDeleted(answer)) this.history.faults.push(`'${path}' is still there.`);
    }
    return null;
  }

  /** @throws when the thread is not given back or a stream does not end. */
  async end(): Promise<Outcome> {
    await this.#endActiveRun();
    await this.#endStreams();
    await this.#goOn();
    return this.#look();
  }

  async #endStreams(): Promise<void> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    const late = new Promise<never>((_, reject) => {
      deadline.addEventListener('abort', () => reject(new Error('A stream of an ended run goes on.')), { once: true });
    });
    await Promise.race([Promise.all(this.#reading), late]);
  }

  async #endActiveRun(): Promise<void> {
    const { history } = this;
    for (const deadline = performance.now() + PATIENCE_MS; ; await sleep(10)) {
      const [latest] = (await this.#list<Run>('/runs?limit=1')) ?? [];
      if (!latest || isTerminalRunStatus(latest.status)) return;
      if (performance.now() > deadline) throw new Error(`Run ${latest.id} stays ${latest.status}.`);
      if (history.schedule.ending === 'cancel' && latest.status !== 'cancelling') await this.#cancel(latest.id);
    }
  }

  /** The thread takes a message and a run, which is completed unless its time is too short. */
  async #goOn(): Promise<void> {
    for (let tries = 0; tries < 20; tries++) {
      await this.#createMessage();
      const begun = this.history.messages.length;
      const run = await this.#createRun({ do: 'create run', turns: [], reading: 'plain', messages: 1 });
      if (!run || this.history.messages.length === begun) throw new Error('The thread takes no run.');
      for (const deadline = performance.now() + PATIENCE_MS; ; await sleep(5)) {
        const now = await this.#retrieve(run);
        if (now?.status === 'completed') return;
        if (now && isTerminalRunStatus(now.status) && now.status !== 'expired') {
          throw new Error(`The last run is ${now.status}.`);
        }
        if (now?.status === 'expired') break;
        if (performance.now() > deadline) throw new Error(`The last run stays ${now?.status}.`);
      }
    }
    throw new Error('The last run always expires.');
  }

  async #look(): Promise<Outcome> {
    const [thread, messages, runs] = await Promise.all([
      this.#request<Thread>('GET', ''),
      this.#all<Message>('/messages'),
      this.#all<Run>('/runs'),
    ]);
    const steps = await Promise.all(
      runs.map(async ({ id }) => [id, await this.#all<RunStep>(`/runs/${id}/steps`)] as const),
    );
    if (!('object' in thread)) throw new Error('The thread is gone.');
    return { thread: thread.object, messages, runs, steps: new Map(steps) };
  }

  async #act(action: Action): Promise<void> {
    switch (action.do) {
      case 'wait':
        await sleep(action.ms);
        return;
      case 'create run':
        await this.#createRun(action);
        return;
      case 'create message':
        return this.#createMessage();
      case 'list runs':
        await this.#list<Run>('/runs');
        return;
      case 'list messages':
        for (const { id } of (await this.#list<Message>('/messages')) ?? []) this.#know(id);
        return;
      case 'modify thread':
        return this.#modify('', this.history.threadId);
      case 'modify message':
        return this.#modifyMessage();
      case 'delete message':
        return this.#deleteMessage();
      case 'retrieve run':
      case 'cancel':
      case 'modify run':
      case 'submit': {
        const runId = this.history.createdRuns.at(-1)?.runId;
        if (runId === undefined) return;
        if (action.do === 'retrieve run') await this.#retrieve(runId);
        else if (action.do === 'cancel') await this.#cancel(runId);
        else if (action.do === 'modify run') await this.#modify(`/runs/${runId}`, runId);
        else await this.#submit(runId, action);
      }
    }
  }

  async #createRun(action: Extract<Action, { do: 'create run' }>): Promise<string | null> {
    const { history } = this;
    const texts = Array.from({ length: action.messages }, () => this.#text());
    const answer = await this.#request<Run>('POST', '/runs', {
      assistant_id: this.#place.assistantId,
      instructions: instruct(action.turns),
      stream: action.reading !== 'plain',
      additional_messages: texts.map((content) => ({ role: 'user', content })),
    });
    if ('refusal' in answer) {
      this.#expectLock(answer, /^Thread (\S+) already has an active run (run_\w+)\.$/);
      return null;
    }
    let runId: string;
    if ('stream' in answer) {
      const first = await answer.stream.next();
      // Nothing is left to be told of what is deleted at once.
      if (!first && this.#isThreadDeleted) return null;
      if (first?.event !== 'thread.run.created') {
        history.faults.push(`A stream begins with ${first?.event}.`);
        return null;
      }
      runId = first.data.id;
      this.#read({ of: 'create run', runId, events: [first], whole: false }, answer, action.reading);
    } else {
      runId = answer.object.id;
      this.#saw(answer, answer.object);
    }
    history.createdRuns.push({ runId, from: answer.from, to: answer.to });
    for (const text of texts) history.messages.push({ text, from: answer.from, to: answer.to });
    return runId;
  }

  async #createMessage(): Promise<void> {
    const text = this.#text();
    const answer = await this.#request<Message>('POST', '/messages', { role: 'user', content: text });
    if ('object' in answer) {
      this.history.messages.push({ text, from: answer.from, to: answer.to });
      this.#know(answer.object.id);
    } else if ('refusal' in answer) {
      this.#expectLock(answer, /^Can't add messages to (\S+) while a run (run_\w+) is active\.$/);
    }
  }

  async #retrieve(runId: string): Promise<Run | null> {
    const answer = await this.#request<Run>('GET', `/runs/${runId}`);
    if (!('object' in answer)) return this.#unexpected(answer);
    this.#saw(answer, answer.object);
    return answer.object;
  }

  async #list<T extends Run | Message>(path: string): Promise<T[] | null> {
    const answer = await this.#request<ListResponse<T>>('GET', path);
    if (!('object' in answer)) return this.#unexpected(answer);
    for (const item of answer.object.data) if (item.object === 'thread.run') this.#saw(answer, item);
    const active = answer.object.data.filter((item) => isActive(item));
    if (active.length > 1) this.history.faults.push(`${active.length} runs are active at once.`);
    return answer.object.data;
  }

  async #cancel(runId: string): Promise<void> {
    const answer = await this.#request<Run>('POST', `/runs/${runId}/cancel`);
    if ('object' in answer) {
      this.#saw(answer, answer.object);
      if (answer.object.status !== 'cancelling') this.history.faults.push(`Cancelled to ${answer.object.status}.`);
    } else {
      this.#expectStatus(answer, runId, /^Cannot cancel run with status '(\w+)'\.$/);
    }
  }

  async #submit(runId: string, { outputs, reading }: Extract<Action, { do: 'submit' }>): Promise<void> {
    const run = await this.#retrieve(runId);
    const calls = run?.required_action?.submit_tool_outputs.tool_calls ?? [];
    const right = calls.map(({ id }) => ({ tool_call_id: id, output: this.#text() }));
    const given = {
      right,
      wrong: [{ tool_call_id: 'call_nobody', output: 'x' }, ...right.slice(1)],
      partial: right.slice(1),
      twice: [...right, ...right],
    }[outputs];
    const answer = await this.#request<Run>('POST', `/runs/${runId}/submit_tool_outputs`, {
      tool_outputs: given,
      stream: reading !== 'plain',
    });
    if ('refusal' in answer) {
      if (/^Expected tool outputs for call_ids \[.*\], got \[.*\]$/.test(answer.refusal)) {
        this.#saw(answer, { id: runId, status: 'requires_action' });
      } else {
        this.#expectStatus(answer, runId, /^Runs in status "(\w+)" do not accept tool outputs\.$/);
      }
      return;
    }
    if (outputs !== 'right' || calls.length === 0) this.history.faults.push(`Outputs that are ${outputs} are taken.`);
    for (const { tool_call_id: id, output } of right) {
      this.history.outputs.set(id, [...(this.history.outputs.get(id) ?? []), output]);
    }
    if ('stream' in answer) this.#read({ of: 'submit', runId, events: [], whole: false }, answer, reading);
    else this.#saw(answer, answer.object);
  }

  async #modifyMessage(): Promise<void> {
    const id = this.#messageIds.at(-1);
    if (id !== undefined) await this.#modify(`/messages/${id}`, id);
  }

  async #modify(path: string, id: string): Promise<void> {
    const value = this.#text();
    const answer = await this.#request<Run | Thread | Message>('POST', path, { metadata: { value } });
    if ('object' in answer) {
      this.history.changes.push({ id, value, from: answer.from, to: answer.to });
      if (answer.object.object === 'thread.run') this.#saw(answer, answer.object);
    } else if (!this.#isDeleted(answer, id)) {
      this.#unexpected(answer);
    }
  }

  async #deleteMessage(): Promise<void> {
    const id = this.#messageIds.at(-1);
    if (id === undefined) return;
    const answer = await this.#request<DeletedObject>('DELETE', `/messages/${id}`);
    if ('object' in answer) {
      if (this.history.deletedMessages.has(id)) this.history.faults.push(`${id} is deleted twice.`);
      this.history.deletedMessages.add(id);
      this.#messageIds.splice(this.#messageIds.indexOf(id), 1);
    } else if (!this.#isDeleted(answer, id)) {
      this.#unexpected(answer);
    }
  }

  /** Takes a stream's events, beside what the client does next. */
  #read(begun: Transcript, answer: Extract<Answer<Run>, { stream: LiveEventStream }>, reading: Reading): void {
    const { history } = this;
    const leaveAfter = typeof reading === 'object' ? reading.leaveAfter : Infinity;
    const read = async (): Promise<void> => {
      let isOver = false;
      for (const event of begun.events) this.#sawEvent(answer, event);
      while (begun.events.length <= leaveAfter) {
        const event = await answer.stream.next();
        if (event === undefined) {
          isOver = true;
          break;
        }
        begun.events.push(event);
        this.#sawEvent(answer, event);
      }
      if (!isOver) answer.stream.disconnect();
      const whole = isOver && (!this.#isThreadDeleted || begun.events.at(-1)?.event === 'done');
      history.transcripts.push({ ...begun, whole });
      history.log.push(`     ${begun.runId}: ${isOver ? 'streamed' : 'left'} ${begun.events.length} events`);
    };
    this.#reading.push(read().catch((error: unknown) => void history.faults.push(`A stream broke: ${String(error)}`)));
  }

  #sawEvent({ from }: Interval, { event, data }: StreamEvent): void {
    const interval = { from, to: performance.now() };
    if (typeof data !== 'object' || !('object' in data)) return;
    if (data.object === 'thread.run') this.#saw(interval, data);
    if (event === 'thread.message.created' && data.object === 'thread.message') this.#know(data.id);
  }

  #saw({ from, to }: Interval, { id, status }: Pick<Run, 'id' | 'status'>): void {
    this.history.sightings.push({ runId: id, status, from, to });
  }

  #know(messageId: string): void {
    if (!this.#messageIds.includes(messageId)) this.#messageIds.push(messageId);
  }

  #expectLock(answer: Extract<Answer<unknown>, { refusal: string }>, pattern: RegExp): void {
    const [, threadId, runId] = pattern.exec(answer.refusal) ?? [];
    if (answer.status !== 400 || threadId !== this.history.threadId || runId === undefined) this.#unexpected(answer);
    else this.history.locks.push({ runId, what: answer.refusal, from: answer.from, to: answer.to });
  }

  #expectStatus(answer: Answer<unknown>, runId: string, pattern: RegExp): void {
    const [, status] = ('refusal' in answer && answer.status === 400 && pattern.exec(answer.refusal)) || [];
    if (status === undefined) this.#unexpected(answer);
    else this.#saw(answer, { id: runId, status: status as RunStatus });
  }

  /** Whether it is refused because the message was deleted, now or by another client. */
  #isDeleted(answer: Answer<unknown>, id: string): boolean {
    return 'refusal' in answer && answer.status === 404 && answer.refusal === `No message found with id '${id}'.`;
  }

  #unexpected(answer: Answer<unknown>): null {
    if (this.#isThreadDeleted && 'refusal' in answer && this.#isOfDeleted(answer)) return null;
    const what = 'refusal' in answer ? `${answer.status} ${answer.refusal}` : 'an answer of another kind';
    this.history.faults.push(`Unexpected: ${what}`);
    return null;
  }

  /** What the thread owns may be seen to go just before it. */
  #isOfDeleted({ status, refusal }: Extract<Answer<unknown>, { refusal: string }>): boolean {
    return status === 404 && /^No (thread|run|message) found with id '\w+'\.$/.test(refusal);
  }

  async #request<T>(method: string, path: string, body?: object): Promise<Answer<T>> {
    const number = ++this.#count;
    const answer = await ask<T>(method, this.#url + path, body);
    const result = 'refusal' in answer ? `${answer.status} ${answer.refusal}` : 'stream' in answer ? 'a stream' : '200';
    this.history.log.push(
      `${String(number).padStart(3)}. ${answer.from.toFixed(1)}–${answer.to.toFixed(1)} ${method} ${path} ${body ? JSON.stringify(body) : ''} → ${result}`,
    );
    return answer;
  }

  async #all<T extends { id: string }>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (;;) {
      const after = items.at(-1)?.id ?? '';
      const answer = await this.#request<ListResponse<T>>('GET', `${path}?order=asc&limit=7&after=${after}`);
      if (!('object' in answer)) throw new Error(`No list of ${path}`);
      items.push(...answer.object.data);
      if (!answer.object.has_more) return items;
    }
  }

  /** A text that occurs nowhere else in the thread. */
  #text(): string {
    return `text ${++this.#texts}`;
  }
  #texts = 0;
}

function isActive(item: Run | Message): boolean {
  return item.object === 'thread.run' && !isTerminalRunStatus(item.status);
}
