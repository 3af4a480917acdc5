import {
  CreateAssistantRequest,
  CreateThreadAndRunRequest,
  ListMessagesQuery,
  ListRunStepsQuery,
  type Message,
  parseRequest,
  type Run,
  type RunStep,
  SubmitToolOutputsRequest,
} from '@cogitator-ai/openai-protocol';
import type { LogEvent, Storage, StoredRecord } from '@cogitator-ai/openai-storage';
import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInProcessQueue } from '../dispatch/in-process-queue.ts';
import { createEngine, type Engine } from '../engine.ts';
import type { EngineLimits } from '../engine-context.ts';
import {
  GO_ON_REQUEST,
  type ModelEvent,
  type ModelMessage,
  type ModelPort,
  type ModelRequest,
} from '../ports/model-port.ts';
import type { RetrievalPort } from '../ports/retrieval-port.ts';
import type { RunQueue } from '../ports/run-queue.ts';
import type { ServerTool, ServerToolContext } from '../ports/tool-port.ts';

const LEASE_MS = 100;
const NEVER = new AbortController().signal;
const HELLO: ModelMessage = { role: 'user', content: 'Hi' };
const GO_ON: ModelMessage = { role: 'user', content: GO_ON_REQUEST };

/** What begins every stream. */
const BEGUN = ['thread.created', 'thread.run.created', 'thread.run.queued', 'thread.run.in_progress'];
const STEP = ['thread.run.step.created', 'thread.run.step.in_progress'];
const MESSAGE = [...STEP, 'thread.message.created', 'thread.message.in_progress'];
const DELTA = 'thread.message.delta';
const CALL_DELTA = 'thread.run.step.delta';
const STEP_COMPLETED = 'thread.run.step.completed';
const COMPLETED = ['thread.message.completed', STEP_COMPLETED, 'thread.run.completed', 'done'];

/** What one turn of the model sends: pieces of text, events, and pauses for ever or until something happens. */
type Turn = readonly (string | ModelEvent | Promise<unknown>)[];

const STOP: ModelEvent = { type: 'finish', reason: 'stop', usage: null };
const CALLS: ModelEvent = { type: 'finish', reason: 'tool-calls', usage: null };
const SILENCE = new Promise<never>(() => {});

function call(name: string, id: string, index = 0): ModelEvent[] {
  return [
    { type: 'tool-call', index, id, name },
    { type: 'tool-call-arguments', index, text: '{}' },
  ];
}

/** A model that plays one turn after the other, whoever asks, and remembers what it was asked. */
class ScriptedModel implements ModelPort {
  readonly requests: ModelRequest[] = [];
  readonly signals: AbortSignal[] = [];
  readonly #turns: readonly Turn[];

  constructor(...turns: Turn[]) {
    this.#turns = turns;
  }

  list(): Promise<[]> {
    return Promise.resolve([]);
  }

  accepts(): boolean {
    return true;
  }

  async *stream(request: ModelRequest, { signal }: { signal: AbortSignal }): AsyncGenerator<ModelEvent> {
    const turn = this.#turns[this.requests.length] ?? expect.unreachable('There is no such turn.');
    this.requests.push(request);
    this.signals.push(signal);
    for (const item of turn) {
      if (item instanceof Promise) await Promise.race([item, aborted(signal)]);
      else yield typeof item === 'string' ? { type: 'text', text: item } : item;
    }
  }

  /** The conversation of each turn. */
  get asked(): ModelMessage[][] {
    return this.requests.map(({ messages }) => messages);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
}

interface ServerOptions {
  models: ModelPort;
  tools?: ServerTool[];
  limits?: Partial<EngineLimits>;
  queue?: RunQueue;
  retrieval?: RetrievalPort;
}

/** A process of its own on the storage that all share. It can be lost, or stand still for a while. */
class Server {
  readonly engine: Engine;
  /** How often it has said that it still works on its runs. */
  heartbeats = 0;
  #standstill: Promise<unknown> = Promise.resolve();
  #goOn = (): void => {};

  constructor({ models, tools = [], limits = {}, queue, retrieval }: ServerOptions) {
    this.engine = createEngine({
      storage: this.#reached(storage),
      models,
      tools,
      ...(queue && { queue }),
      ...(retrieval && { retrieval }),
      limits: { leaseMs: LEASE_MS, heartbeatMs: 30, ...limits },
      sweepIntervalMs: 20,
    });
  }

  /** From here on it does nothing any more. */
  lose(): void {
    this.#standstill = SILENCE;
  }

  /** From here on what it asks of the storage is not done before it goes on. */
  freeze(): void {
    this.#standstill = new Promise<void>((resolve) => (this.#goOn = resolve));
  }

  goOn(): void {
    this.#goOn();
  }

  #reached<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member === 'object' && member !== null) return this.#reached(member);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]): Promise<unknown> => {
          await this.#standstill;
          const result: unknown = await Reflect.apply(member, target, args);
          await this.#standstill;
          if (name === 'renew') this.heartbeats++;
          return result;
        };
      },
    });
  }
}

let now: number;
let storage: Storage;
let servers: Server[];
let run: Run;

beforeEach(() => {
  // Leases are of the store's clock, which only the tests move: how slow the machine is changes nothing.
  now = Date.now();
  storage = createMemoryStorage({ now: () => now });
  servers = [];
});

afterEach(async () => {
  for (const server of servers) {
    server.goOn();
    await Promise.race([server.engine.close({ signal: AbortSignal.abort() }), sleep(200)]);
    server.lose();
  }
  await storage.close();
});

function start(options: ServerOptions): Server {
  const server = new Server(options);
  servers.push(server);
  server.engine.start();
  return server;
}

/** Begins a run, which the server takes up if it was started. */
async function beginRun({ engine }: Server, functions: readonly string[] = []): Promise<void> {
  const tools = functions.map((name) => ({ type: 'function' as const, function: { name } }));
  const assistant = await engine.assistants.create(parseRequest(CreateAssistantRequest, { model: 'm', tools }));
  const thread = { messages: [{ role: 'user', content: 'Hi' }] };
  const request = { assistant_id: assistant.value.id, thread };
  run = (await engine.runs.createThreadAndRun(parseRequest(CreateThreadAndRunRequest, request))).run.value;
}

/** Waits until so many events of a name were told. */
async function told(event: string, count = 1): Promise<void> {
  await expect.poll(async () => (await toldEvents()).filter((each) => each.event === event).length).toBe(count);
}

function toldEvents(): Promise<LogEvent[]> {
  return storage.events.read({ partition: run.thread_id, id: run.id }, { after: 0, limit: 1000 });
}

/** A server is lost, and its lease runs out. */
function lose(server: Server): void {
  server.lose();
  now += LEASE_MS;
}

function storedRun(): Promise<StoredRecord<'run'> | null> {
  return storage.get({ kind: 'run', path: [run.thread_id], id: run.id });
}

/** Follows the run from its beginning to its end. */
async function follow({ engine }: Server): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  const write = (more: readonly LogEvent[]): boolean => events.push(...more) > 0;
  const sink = { write, drained: () => Promise.resolve() };
  const started = { run: await engine.runs.retrieve(run.thread_id, run.id), after: 0 };
  await engine.runs.follow(started, sink, { signal: NEVER, isWhole: true });
  return events;
}

const names = (events: readonly LogEvent[]): string[] => events.map(({ event }) => event);

function deltaText(events: readonly LogEvent[]): string {
  return events
    .filter(({ event }) => event === DELTA)
    .map(({ data }) => (JSON.parse(data) as { delta: { content: [{ text: { value: string } }] } }).delta)
    .map(({ content: [{ text }] }) => text.value)
    .join('');
}

/** What has become of a run: its status, its steps and what it has said. */
async function outcome({ engine }: Server): Promise<{
  run: Run;
  steps: RunStep[];
  messages: Message[];
  summary: { status: string; steps: string[]; messages: [status: string, text: string][] };
}> {
  const { value } = await engine.runs.retrieve(run.thread_id, run.id);
  const stepsQuery = parseRequest(ListRunStepsQuery, { order: 'asc' });
  const { data: steps } = (await engine.runSteps.list(run.thread_id, run.id, stepsQuery)).value;
  const messagesQuery = parseRequest(ListMessagesQuery, { order: 'asc' });
  const { data } = (await engine.messages.list(run.thread_id, messagesQuery)).value;
  const messages = data.filter(({ role }) => role === 'assistant');
  const summary = {
    status: value.status,
    steps: steps.map(({ type, status }) => `${type} ${status}`),
    messages: messages.map(({ status, content: [part] }): [string, string] => [
      status,
      part?.type === 'text' ? part.text.value : '',
    ]),
  };
  return { run: value, steps, messages, summary };
}

/** A tool that runs on the server and takes until the test says so. */
function slowTool(name: string, idempotent?: boolean): ServerTool & { contexts: ServerToolContext[] } {
  const contexts: ServerToolContext[] = [];
  return {
    definition: { name },
    ...(idempotent !== undefined && { idempotent }),
    contexts,
    execute: (_, context) => {
      contexts.push(context);
      return SILENCE;
    },
  };
}

/** A tool that answers at once. */
function quickTool(name: string, idempotent?: boolean): ServerTool & { contexts: ServerToolContext[] } {
  const tool = slowTool(name, idempotent);
  return {
    ...tool,
    execute: (_, context) => {
      tool.contexts.push(context);
      return Promise.resolve(`the ${name}`);
    },
  };
}

describe('a run whose server was lost', () => {
  it('before the first token has its turn anew', async () => {
    const models = new ScriptedModel([SILENCE], ['Hello.', STOP]);
    const first = start({ models });
    await beginRun(first);
    await expect.poll(() => models.requests.length).toBe(1);
    lose(first);
    const second = start({ models });
    expect(names(await follow(second))).toEqual([...BEGUN, ...MESSAGE, DELTA, ...COMPLETED]);
    expect(models.asked).toEqual([[HELLO], [HELLO]]);
    expect((await outcome(second)).summary).toEqual({
      status: 'completed',
      steps: ['message_creation completed'],
      messages: [['completed', 'Hello.']],
    });
  });

  it('in the midst of its message goes on with it: its readers see one', async () => {
    const models = new ScriptedModel(['Once', ' upon', SILENCE], [' a time', '.', STOP]);
    const first = start({ models });
    await beginRun(first);
    await told(DELTA, 2);
    lose(first);
    const second = start({ models });
    const events = await follow(second);
    expect(names(events)).toEqual([...BEGUN, ...MESSAGE, DELTA, DELTA, DELTA, DELTA, ...COMPLETED]);
    expect(deltaText(events)).toBe('Once upon a time.');
    expect(models.asked[1]).toEqual([HELLO, { role: 'assistant', content: 'Once upon' }, GO_ON]);
    const { summary, messages } = await outcome(second);
    expect(summary).toEqual({
      status: 'completed',
      steps: ['message_creation completed'],
      messages: [['completed', 'Once upon a time.']],
    });
    const ids = events
      .filter(({ event }) => event.startsWith('thread.message.'))
      .map(({ data }) => JSON.parse(data).id);
    expect(new Set(ids)).toEqual(new Set([messages[0]?.id]));
    // The annotations, which begin a text, are told once.
    expect(events.filter(({ event, data }) => event === DELTA && data.includes('annotations'))).toHaveLength(1);
  });

  it('in the midst of its message may end it with calls', async () => {
    const models = new ScriptedModel(
      ['Let me', SILENCE],
      [' look.', ...call('look', 'call_1'), CALLS],
      ['Found.', STOP],
    );
    const first = start({ models });
    await beginRun(first, ['look']);
    await told(DELTA);
    lose(first);
    const second = start({ models, tools: [quickTool('look')] });
    await follow(second);
    expect(models.asked[2]).toEqual([
      HELLO,
      { role: 'assistant', content: 'Let me look.', toolCalls: [{ id: 'call_1', name: 'look', arguments: '{}' }] },
      { role: 'tool', toolCallId: 'call_1', content: 'the look' },
    ]);
    expect((await outcome(second)).summary.messages).toEqual([
      ['completed', 'Let me look.'],
      ['completed', 'Found.'],
    ]);
  });

  it('twice in its message has one message all the same', async () => {
    const models = new ScriptedModel(['One', SILENCE], [', two', SILENCE], [', three.', STOP]);
    const first = start({ models });
    await beginRun(first);
    await told(DELTA);
    lose(first);
    const second = start({ models });
    await told(DELTA, 2);
    lose(second);
    const third = start({ models });
    expect(names(await follow(third))).toEqual([...BEGUN, ...MESSAGE, DELTA, DELTA, DELTA, ...COMPLETED]);
    expect(models.asked[2]).toEqual([HELLO, { role: 'assistant', content: 'One, two' }, GO_ON]);
    expect((await outcome(third)).summary.messages).toEqual([['completed', 'One, two, three.']]);
  });

  it('while a call was arriving has that step cancelled, and a fresh turn', async () => {
    const half: ModelEvent = { type: 'tool-call-arguments', index: 0, text: '{"x":' };
    const models = new ScriptedModel(
      ['Let me look.', { type: 'tool-call', index: 0, id: 'call_1', name: 'look' }, half, SILENCE],
      ['Hello.', STOP],
    );
    const first = start({ models });
    await beginRun(first, ['look']);
    await told(CALL_DELTA, 2);
    lose(first);
    const second = start({ models, tools: [slowTool('look')] });
    expect(names(await follow(second))).toEqual([
      ...BEGUN,
      ...MESSAGE,
      DELTA,
      'thread.message.completed',
      STEP_COMPLETED,
      ...STEP,
      CALL_DELTA,
      CALL_DELTA,
      'thread.run.step.cancelled',
      ...MESSAGE,
      DELTA,
      ...COMPLETED,
    ]);
    // What was said was whole: there is nothing to go on with.
    expect(models.asked[1]).toEqual([HELLO, { role: 'assistant', content: 'Let me look.' }]);
    expect((await outcome(second)).summary).toEqual({
      status: 'completed',
      steps: ['message_creation completed', 'tool_calls cancelled', 'message_creation completed'],
      messages: [
        ['completed', 'Let me look.'],
        ['completed', 'Hello.'],
      ],
    });
  });

  it('while a call was arriving may call again: what was said before belongs to it', async () => {
    const half: ModelEvent = { type: 'tool-call-arguments', index: 0, text: '{"x":' };
    const models = new ScriptedModel(
      ['Let me look.', { type: 'tool-call', index: 0, id: 'call_1', name: 'look' }, half, SILENCE],
      [...call('look', 'call_2'), CALLS],
      ['Found.', STOP],
    );
    const first = start({ models });
    await beginRun(first, ['look']);
    await told(CALL_DELTA, 2);
    lose(first);
    await follow(start({ models, tools: [quickTool('look')] }));
    expect(models.asked[2]).toEqual([
      HELLO,
      { role: 'assistant', content: 'Let me look.', toolCalls: [{ id: 'call_2', name: 'look', arguments: '{}' }] },
      { role: 'tool', toolCallId: 'call_2', content: 'the look' },
    ]);
  });

  it('between two turns begins the next', async () => {
    const models = new ScriptedModel([...call('look', 'call_1'), CALLS], [SILENCE], ['Found.', STOP]);
    const first = start({ models, tools: [quickTool('look')] });
    await beginRun(first, ['look']);
    await expect.poll(() => models.requests.length).toBe(2);
    await told(STEP_COMPLETED);
    lose(first);
    const look = quickTool('look');
    const second = start({ models, tools: [look] });
    expect(names(await follow(second))).toEqual([
      ...BEGUN,
      ...STEP,
      CALL_DELTA,
      CALL_DELTA,
      STEP_COMPLETED,
      ...MESSAGE,
      DELTA,
      ...COMPLETED,
    ]);
    expect(models.asked[2]).toEqual(models.asked[1]);
    expect(look.contexts).toEqual([]);
  });

  it('is begun by another when it had not begun', async () => {
    const models = new ScriptedModel(['Hello.', STOP]);
    const first = new Server({ models });
    servers.push(first);
    await beginRun(first);
    lose(first);
    const second = start({ models });
    expect(names(await follow(second))).toEqual([...BEGUN, ...MESSAGE, DELTA, ...COMPLETED]);
  });

  it('with its events begins its message anew: who follows it is told, and reads it from its first event', async () => {
    const models = new ScriptedModel(['Once', SILENCE], ['Good day.', STOP]);
    const first = start({ models });
    await beginRun(first);
    await told(DELTA);
    await storage.events.finish({ partition: run.thread_id, id: run.id }, { retainMs: 0 });
    lose(first);
    const second = start({ models });
    const events = await follow(second);
    expect(names(events)).toEqual([...BEGUN.slice(1), ...MESSAGE, DELTA, ...COMPLETED]);
    expect(deltaText(events)).toBe('Good day.');
    expect(models.asked[1]).toEqual([HELLO]);
    expect((await outcome(second)).summary.messages).toEqual([['completed', 'Good day.']]);

    // Numbers of before count nothing any more.
    const resume = (seq: number, epoch: number | null) =>
      second.engine.runs.resume(run.thread_id, run.id, { seq, epoch });
    const stale = resume(3, null);
    await expect(stale).rejects.toMatchObject({ status: 409, body: { code: 'events_lost' } });
    const { epoch } = await resume(0, null);
    expect(epoch).toBeGreaterThan(0);
    expect(await resume(3, epoch)).toMatchObject({ after: 3, epoch });
  });

  it('is given up when that happens too often', async () => {
    const models = new ScriptedModel(['One', SILENCE], [', two', SILENCE]);
    const limits = { maxAttempts: 2 };
    const first = start({ models, limits });
    await beginRun(first);
    await told(DELTA);
    lose(first);
    const second = start({ models, limits });
    await told(DELTA, 2);
    lose(second);
    const third = start({ models, limits });
    expect(names(await follow(third)).slice(-4)).toEqual([
      'thread.message.incomplete',
      'thread.run.step.failed',
      'thread.run.failed',
      'done',
    ]);
    const { run: ended, summary } = await outcome(third);
    expect(ended.last_error).toEqual({
      code: 'server_error',
      message: 'The run was broken off 2 times by failures of the server.',
    });
    expect(summary.messages).toEqual([['incomplete', 'One, two']]);
  });

  it('is cancelled at once, whoever is asked for it', async () => {
    const models = new ScriptedModel(['Hello', SILENCE]);
    const first = start({ models });
    await beginRun(first);
    await told(DELTA);
    first.lose();
    const second = start({ models });
    await second.engine.runs.cancel(run.thread_id, run.id);
    expect(names(await follow(second)).slice(-3)).toEqual([
      'thread.run.step.cancelled',
      'thread.run.cancelled',
      'done',
    ]);
  });

  it('expires when its time is up', async () => {
    const models = new ScriptedModel(['Hello', SILENCE]);
    const first = start({ models });
    await beginRun(first);
    await told(DELTA);
    first.lose();
    now += 600_000;
    const second = start({ models });
    expect(names(await follow(second)).slice(-4)).toEqual([
      'thread.message.incomplete',
      'thread.run.step.expired',
      'thread.run.expired',
      'done',
    ]);
    expect((await outcome(second)).summary.messages).toEqual([['incomplete', 'Hello']]);
  });

  it('goes on with a message that its client has deleted, for those who read it', async () => {
    const models = new ScriptedModel(['Once', SILENCE], [' more.', STOP]);
    const first = start({ models });
    await beginRun(first);
    await told(DELTA);
    const { messages } = await outcome(first);
    await first.engine.messages.delete(run.thread_id, messages[0]?.id ?? '');
    lose(first);
    const second = start({ models });
    const events = await follow(second);
    expect(names(events)).toEqual([...BEGUN, ...MESSAGE, DELTA, DELTA, ...COMPLETED]);
    expect((await outcome(second)).summary).toEqual({
      status: 'completed',
      steps: ['message_creation completed'],
      messages: [],
    });
  });

  it('while it was cancelled ends cancelled', async () => {
    const models = new ScriptedModel(['Hello', SILENCE]);
    const first = start({ models });
    await beginRun(first);
    await told(DELTA);
    first.lose();
    const idle = new Server({ models });
    servers.push(idle);
    await idle.engine.runs.cancel(run.thread_id, run.id);
    lose(idle);
    const second = start({ models });
    expect(names(await follow(second)).slice(-6)).toEqual([
      DELTA,
      'thread.run.cancelling',
      'thread.message.incomplete',
      'thread.run.step.cancelled',
      'thread.run.cancelled',
      'done',
    ]);
    expect((await outcome(second)).summary.messages).toEqual([['incomplete', 'Hello']]);
  });
});

describe('a call that a lost server was executing', () => {
  const usage = { promptTokens: 10, completionTokens: 5, cachedTokens: 0, reasoningTokens: 0 };
  const TURNS: Turn[] = [
    ['Let me look.', ...call('look', 'call_1'), { type: 'finish', reason: 'tool-calls', usage }],
    ['Found.', { type: 'finish', reason: 'stop', usage }],
  ];
  const LOST =
    "Error: the server was interrupted while the tool 'look' ran. Whether it has had its effect is not known.";

  it.each([
    { idempotent: false, executions: 0, output: LOST },
    { idempotent: undefined, executions: 0, output: LOST },
    { idempotent: true, executions: 1, output: 'the look' },
  ])('is executed $executions times again when idempotent is $idempotent', async (example) => {
    const models = new ScriptedModel(...TURNS);
    const slow = slowTool('look', example.idempotent);
    const first = start({ models, tools: [slow] });
    await beginRun(first, ['look']);
    await expect.poll(() => slow.contexts.length).toBe(1);
    lose(first);
    const look = quickTool('look', example.idempotent);
    const second = start({ models, tools: [look] });
    expect(names(await follow(second))).toEqual([
      ...BEGUN,
      ...MESSAGE,
      DELTA,
      'thread.message.completed',
      STEP_COMPLETED,
      ...STEP,
      CALL_DELTA,
      CALL_DELTA,
      STEP_COMPLETED,
      ...MESSAGE,
      DELTA,
      ...COMPLETED,
    ]);
    expect(look.contexts.map(({ toolCallId }) => toolCallId)).toEqual(Array(example.executions).fill('call_1'));
    expect(models.asked[1]).toEqual([
      HELLO,
      { role: 'assistant', content: 'Let me look.', toolCalls: [{ id: 'call_1', name: 'look', arguments: '{}' }] },
      { role: 'tool', toolCallId: 'call_1', content: example.output },
    ]);
    const { run: completed, steps, summary } = await outcome(second);
    expect(summary.steps).toEqual(['message_creation completed', 'tool_calls completed', 'message_creation completed']);
    // What the turn had cost is counted once.
    expect(steps.map((step) => step.usage?.total_tokens)).toEqual([0, 15, 15]);
    expect(completed.usage?.total_tokens).toBe(30);
  });

  it('is not executed again when its result was there', async () => {
    const models = new ScriptedModel(
      [...call('look', 'call_1'), ...call('read', 'call_2', 1), CALLS],
      ['Found.', STOP],
    );
    const slow = slowTool('read', true);
    const first = start({ models, tools: [quickTool('look', true), slow] });
    await beginRun(first, ['look', 'read']);
    const isStored = async (): Promise<boolean> =>
      (await outcome(first)).steps.some(({ step_details }) => JSON.stringify(step_details).includes('the look'));
    await expect.poll(isStored).toBe(true);
    lose(first);
    const [look, read] = [quickTool('look', true), quickTool('read', true)];
    const second = start({ models, tools: [look, read] });
    await follow(second);
    expect([look, read].map(({ contexts }) => contexts.map(({ toolCallId }) => toolCallId))).toEqual([[], ['call_2']]);
    expect(models.asked[1]?.slice(-2)).toEqual([
      { role: 'tool', toolCallId: 'call_1', content: 'the look' },
      { role: 'tool', toolCallId: 'call_2', content: 'the read' },
    ]);
  });

  it('leaves its run waiting when its client has calls to answer as well', async () => {
    const models = new ScriptedModel([...call('look', 'call_1'), ...call('ask', 'call_2', 1), CALLS], ['Good.', STOP]);
    const slow = slowTool('look', true);
    const first = start({ models, tools: [slow] });
    await beginRun(first, ['look', 'ask']);
    await expect.poll(() => slow.contexts.length).toBe(1);
    lose(first);
    const second = start({ models, tools: [quickTool('look', true)] });
    await told('thread.run.requires_action');
    const { run: waiting } = await outcome(second);
    expect(waiting.required_action?.submit_tool_outputs.tool_calls.map(({ id }) => id)).toEqual(['call_2']);
    await submit(second, 'call_2');
    await follow(second);
    expect(models.asked[1]?.slice(-2)).toEqual([
      { role: 'tool', toolCallId: 'call_1', content: 'the look' },
      { role: 'tool', toolCallId: 'call_2', content: 'yes' },
    ]);
  });
});

/** Finds files by the one word that they have; searches for words that it does not know take for ever. */
function wordRetrieval(...known: string[]): RetrievalPort {
  return {
    embedding: null,
    ingest: async ({ content }) => {
      const bytes = Buffer.from(await textOf(content));
      return { content: ReadableStream.from([bytes]), bytes: bytes.length, chunks: 1, embedding: null };
    },
    embed: () => expect.unreachable('Nothing embeds.'),
    text: () => expect.unreachable('Nobody reads it.'),
    async search({ segments, source, queries: [word = ''] }) {
      if (!known.includes(word)) await SILENCE;
      const hits = [];
      for (const segment of segments) {
        const content = await source.open(segment, { signal: NEVER });
        const text = content && (await textOf(content));
        if (text === word) hits.push({ segment, chunk: 0, score: 1, text });
      }
      return hits;
    },
    close: () => Promise.resolve(),
  };
}

/** A file of one word. @returns Its id. */
async function storeWord(word: string): Promise<string> {
  const id = `file-${word}`;
  const file = { id, object: 'file', bytes: word.length, created_at: 0, expires_at: null, filename: `${word}.txt` };
  const body = JSON.stringify({ ...file, purpose: 'assistants', status: 'processed', status_details: null });
  await storage.blobs.put(id, ReadableStream.from([Buffer.from(word)]), { signal: NEVER });
  await storage.commit({ writes: [{ write: 'insert', key: { kind: 'file', path: [], id }, body }] });
  return id;
}

describe('a search that a lost server was making', () => {
  it('is made again, and cited by another number than those that were answered', async () => {
    const search = (word: string, index: number): ModelEvent[] => [
      { type: 'tool-call', index, id: `call_${word}`, name: 'file_search' },
      { type: 'tool-call-arguments', index, text: `{"queries":["${word}"]}` },
    ];
    const models = new ScriptedModel(
      [...search('apple', 0), ...search('pear', 1), CALLS],
      ['Both【4:0†apple.txt】【5:0†pear.txt】.', STOP],
    );
    const first = start({ models, retrieval: wordRetrieval('apple') });
    const fileIds = await Promise.all(['apple', 'pear'].map(storeWord));
    const { vectorStores, assistants, runs } = first.engine;
    const { value: store } = await vectorStores.create({ file_ids: fileIds });
    await expect.poll(async () => (await vectorStores.retrieve(store.id)).value.status).toBe('completed');
    const assistant = parseRequest(CreateAssistantRequest, {
      model: 'm',
      tools: [{ type: 'file_search' }],
      tool_resources: { file_search: { vector_store_ids: [store.id] } },
    });
    const { id } = (await assistants.create(assistant)).value;
    const request = { assistant_id: id, thread: { messages: [{ role: 'user', content: 'Hi' }] } };
    run = (await runs.createThreadAndRun(parseRequest(CreateThreadAndRunRequest, request))).run.value;
    const isAnswered = async (): Promise<boolean> =>
      JSON.stringify((await outcome(first)).steps).includes('file-apple');
    await expect.poll(isAnswered).toBe(true);
    lose(first);

    const second = start({ models, retrieval: wordRetrieval('apple', 'pear') });
    await follow(second);
    expect(models.asked[1]?.slice(-2)).toMatchObject([
      { toolCallId: 'call_apple', content: expect.stringContaining('【4:0†apple.txt】') },
      { toolCallId: 'call_pear', content: expect.stringContaining('【5:0†pear.txt】') },
    ]);
    const { messages } = await outcome(second);
    const cited = messages.flatMap(({ content }) =>
      content.flatMap((part) => (part.type === 'text' ? part.text.annotations : [])),
    );
    expect(cited).toMatchObject(fileIds.map((fileId) => ({ file_citation: { file_id: fileId } })));
  });
});

function submit({ engine }: Server, toolCallId: string): Promise<unknown> {
  const outputs = { tool_outputs: [{ tool_call_id: toolCallId, output: 'yes' }] };
  return engine.runs.submitToolOutputs(run.thread_id, run.id, parseRequest(SubmitToolOutputsRequest, outputs));
}

describe('a server that stood still', () => {
  it('writes nothing when it comes back, and ends its call of the model', async () => {
    let resume = (): void => {};
    const pause = new Promise<void>((resolve) => (resume = resolve));
    const models = new ScriptedModel(['Once', pause, ' again', SILENCE], [' upon a time.', STOP]);
    // Without heartbeats, which would tell it as well.
    const first = start({ models, limits: { heartbeatMs: 60_000 } });
    await beginRun(first);
    await told(DELTA);
    first.freeze();
    now += LEASE_MS;
    const second = start({ models });
    const events = await follow(second);
    resume();
    first.goOn();
    await expect.poll(() => models.signals[0]?.aborted).toBe(true);
    expect(deltaText(events)).toBe('Once upon a time.');
    expect(await toldEvents()).toMatchObject(events);
    expect((await outcome(first)).summary).toEqual({
      status: 'completed',
      steps: ['message_creation completed'],
      messages: [['completed', 'Once upon a time.']],
    });
  });

  it('ends its call of the model when its lease cannot be renewed, also when the model is silent', async () => {
    const models = new ScriptedModel(['Once', SILENCE], [' upon a time', SILENCE]);
    const first = start({ models });
    await beginRun(first);
    await told(DELTA);
    first.freeze();
    now += LEASE_MS;
    start({ models });
    await told(DELTA, 2);
    first.goOn();
    await expect.poll(() => models.signals[0]?.aborted).toBe(true);
    expect(models.signals[1]?.aborted).toBe(false);
    expect((await storedRun())?.fence).toBe(2);
  });
});

describe('a run is not taken over', () => {
  it('while its server is there, however long its model is silent', async () => {
    let resume = (): void => {};
    const pause = new Promise<void>((resolve) => (resume = resolve));
    const models = new ScriptedModel([pause, 'Hello.', STOP]);
    const first = start({ models });
    await beginRun(first);
    const second = start({ models });
    await expect.poll(() => models.requests.length).toBe(1);
    for (let passed = 0; passed < 5 * LEASE_MS; passed += 0.6 * LEASE_MS) {
      const { heartbeats } = first;
      // The second: one may have been under way.
      await expect.poll(() => first.heartbeats).toBeGreaterThan(heartbeats + 1);
      now += 0.6 * LEASE_MS;
      await sleep(40);
    }
    resume();
    expect(names(await follow(second))).toEqual([...BEGUN, ...MESSAGE, DELTA, ...COMPLETED]);
    expect(models.requests).toHaveLength(1);
  });

  it('because a queue gives its ticket out twice', async () => {
    let resume = (): void => {};
    const pause = new Promise<void>((resolve) => (resume = resolve));
    const models = new ScriptedModel(['Once', pause, ' more.', STOP]);
    const queue = createInProcessQueue();
    const first = start({ models, queue });
    await beginRun(first);
    await told(DELTA);
    for (const fence of [0, 1]) await queue.add({ threadId: run.thread_id, runId: run.id, fence });
    await sleep(20);
    resume();
    expect(names(await follow(first))).toEqual([...BEGUN, ...MESSAGE, DELTA, DELTA, ...COMPLETED]);
    expect([models.requests.length, (await storedRun())?.fence]).toEqual([1, 1]);
  });

  it('while it waits for its client, who may answer when its server was lost', async () => {
    const models = new ScriptedModel([...call('ask', 'call_1'), CALLS], ['Good.', STOP]);
    const first = start({ models });
    await beginRun(first, ['ask']);
    await told('done');
    first.lose();
    const second = start({ models });
    const fence = (await storedRun())?.fence;
    for (let passed = 0; passed < 5; passed++) {
      now += LEASE_MS;
      await sleep(40);
    }
    expect([(await storedRun())?.fence, (await outcome(second)).summary.status]).toEqual([fence, 'requires_action']);
    await submit(second, 'call_1');
    expect(names(await follow(second))).toEqual([
      ...BEGUN,
      ...STEP,
      CALL_DELTA,
      CALL_DELTA,
      'thread.run.requires_action',
      STEP_COMPLETED,
      'thread.run.queued',
      'thread.run.in_progress',
      ...MESSAGE,
      DELTA,
      ...COMPLETED,
    ]);
  });
});

describe('a server that ends', () => {
  it('leaves its run to another at once, and tells those who follow it where to go on', async () => {
    const models = new ScriptedModel(['Once', ' upon', SILENCE], [' a time.', STOP]);
    const first = start({ models });
    await beginRun(first);
    await told(DELTA, 2);
    const following = follow(first);
    const closing = first.engine.close({ signal: AbortSignal.abort() });
    await expect(following).rejects.toMatchObject({
      name: 'ApiError',
      status: 503,
      message:
        `The server is shutting down; the run goes on. Follow it at GET /v1/threads/${run.thread_id}/runs/${run.id}/events, ` +
        'or retrieve it.',
    });
    await closing;
    expect(models.signals[0]?.aborted).toBe(true);
    expect(await storedRun()).toMatchObject({ dueAt: now, body: expect.stringContaining('"status":"in_progress"') });
    const second = start({ models });
    const events = await follow(second);
    expect(names(events)).toEqual([...BEGUN, ...MESSAGE, DELTA, DELTA, DELTA, ...COMPLETED]);
    expect(deltaText(events)).toBe('Once upon a time.');
    expect((await outcome(second)).summary.messages).toEqual([['completed', 'Once upon a time.']]);
  });

  it('breaks off a call, of which the model is told elsewhere', async () => {
    const models = new ScriptedModel([...call('look', 'call_1'), CALLS], ['Sorry.', STOP]);
    const slow = slowTool('look');
    const first = start({ models, tools: [slow] });
    await beginRun(first, ['look']);
    await expect.poll(() => slow.contexts.length).toBe(1);
    await first.engine.close({ signal: AbortSignal.abort() });
    expect(slow.contexts[0]?.signal.aborted).toBe(true);
    const second = start({ models, tools: [quickTool('look')] });
    await follow(second);
    expect(models.asked[1]?.at(-1)).toEqual({
      role: 'tool',
      toolCallId: 'call_1',
      content: expect.stringContaining('the server was interrupted while the tool') as string,
    });
  });

  it('lets a run come to its end while it may', async () => {
    let resume = (): void => {};
    const pause = new Promise<void>((resolve) => (resume = resolve));
    const models = new ScriptedModel(['Once', pause, ' more.', STOP]);
    const first = start({ models });
    await beginRun(first);
    await told(DELTA);
    const events = follow(first);
    const closing = first.engine.close({ signal: NEVER });
    resume();
    await closing;
    expect(names(await events)).toEqual([...BEGUN, ...MESSAGE, DELTA, DELTA, ...COMPLETED]);
  });

  it('says no more that it works on a run that it leaves', async () => {
    const models = new ScriptedModel(['Once', SILENCE]);
    const renew = storage.renew.bind(storage);
    storage.renew = async (leases, options) => {
      const renewed = await renew(leases, options);
      // So slowly that there is time for several heartbeats.
      if (options.ms === 0) await sleep(60);
      return renewed;
    };
    const first = start({ models, limits: { heartbeatMs: 5 } });
    await beginRun(first);
    await told(DELTA);
    await first.engine.close({ signal: AbortSignal.abort() });
    expect((await storedRun())?.dueAt).toBe(now);
  });
});
