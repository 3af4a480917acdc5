import { setTimeout as sleep } from 'node:timers/promises';
import { Json, type Run } from '@cogitator-ai/openai-protocol';
import { type Storage, StorageError } from '@cogitator-ai/openai-storage';
import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EngineLimits } from '../engine-context.ts';
import { sweepDue } from '../sweeper/sweep-due.ts';
import { forgetKey } from './forget-key.ts';
import type { IdempotencyClaim } from './idempotency-claim.ts';
import type { IdempotencyContext } from './idempotency-context.ts';
import { createIdempotencyService, type IdempotencyService, type KeyedRequest } from './idempotency-service.ts';

const LIMITS = {
  idempotencyRetentionMs: 86_400_000,
  idempotencyWaitMs: 5000,
  idempotencyLeaseMs: 3000,
  maxKeptAnswerSize: 100,
} as EngineLimits;

const REQUEST: KeyedRequest = { key: 'k', scope: 'sk-one', content: ['POST', '/v1/threads', '{}'] };
const NEVER = { signal: new AbortController().signal };

let now: number;
let context: IdempotencyContext;
let service: IdempotencyService;

function open(limits: Partial<EngineLimits> = {}): void {
  now = 1_700_000_000_000;
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  context = { storage: createMemoryStorage({ now: () => now }), limits: { ...LIMITS, ...limits }, logger };
  service = createIdempotencyService(context);
}

beforeEach(() => open());

async function claim(request: KeyedRequest = REQUEST): Promise<IdempotencyClaim> {
  const result = await service.claim(request, NEVER);
  if (result.type !== 'claimed') throw new Error(`The key was ${result.type}.`);
  return result.claim;
}

/** The same storage with another way to commit. */
function withCommit(storage: Storage, commit: Storage['commit']): Storage {
  return new Proxy(storage, {
    get(target, name) {
      if (name === 'commit') return commit;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

async function sweep(): Promise<void> {
  await sweepDue(context, 'idempotency_key', (record) => forgetKey(context, record), NEVER);
}

describe('an idempotency key', () => {
  it('is claimed once; the answer is given to all who ask later', async () => {
    await (await claim()).keepAnswer(200, '{"id":"thread_1"}');
    for (let retry = 0; retry < 2; retry++) {
      expect(await service.claim(REQUEST, NEVER)).toEqual({
        type: 'answered',
        status: 200,
        text: '{"id":"thread_1"}',
      });
    }
  });

  it('has those who ask meanwhile wait', async () => {
    const first = await claim();
    const others = Promise.all([service.claim(REQUEST, NEVER), service.claim(REQUEST, NEVER)]);
    await sleep(40);
    await first.keepAnswer(200, '1');
    const answer = { type: 'answered', status: 200, text: '1' };
    expect(await others).toEqual([answer, answer]);
  });

  it('is free again when its request was refused: one of those who wait is next', async () => {
    const first = await claim();
    const others = [service.claim(REQUEST, NEVER), service.claim(REQUEST, NEVER)];
    await first.fail(new Error('Refused.'));
    const second = await Promise.race(others);
    if (second.type !== 'claimed') throw new Error('Nobody was next.');
    await second.claim.keepAnswer(200, '2');
    expect((await Promise.all(others)).map(({ type }) => type).toSorted()).toEqual(['answered', 'claimed']);
  });

  it('belongs to one API key and one request', async () => {
    await (await claim()).keepAnswer(200, '1');
    const ofAnother = await claim({ ...REQUEST, scope: 'sk-two' });
    await ofAnother.fail(new Error('Refused.'));
    for (const content of [
      ['POST', '/v1/threads', '{"a":1}'],
      ['POST', '/v1/assistants', '{}'],
      ['POST', '/v1/thread', 's{}'],
      ['POST', '/v1/threads'],
    ]) {
      await expect(service.claim({ ...REQUEST, content }, NEVER)).rejects.toMatchObject({
        status: 400,
        body: { code: 'idempotency_key_reused', type: 'invalid_request_error' },
      });
    }
  });

  it('is not freed by a claim that was freed before', async () => {
    const { storage } = context;
    let answers = 0;
    // The first deletion is not answered, and seen by others at once.
    const unsure = withCommit(storage, async (commit) => {
      const result = await storage.commit(commit);
      if (commit.writes?.[0]?.write === 'delete' && answers++ === 0)
        throw new StorageError('unavailable', 'No answer.');
      return result;
    });
    service = createIdempotencyService({ ...context, storage: unsure });
    await (await claim()).fail(new Error('Refused.'));
    const second = await claim();
    await sleep(700);
    await expect(service.claim({ ...REQUEST, content: [] }, NEVER)).rejects.toMatchObject({ status: 400 });
    await second.keepAnswer(200, '2');
    expect(await service.claim(REQUEST, NEVER)).toMatchObject({ type: 'answered', text: '2' });
  });

  it('is told to be in use after a while, or at once when the client is gone', async () => {
    open({ idempotencyWaitMs: 60 });
    const first = await claim();
    const inUse = { status: 409, body: { code: 'idempotency_key_in_use' }, headers: { 'retry-after': '1' } };
    await expect(service.claim(REQUEST, NEVER)).rejects.toMatchObject(inUse);
    await expect(service.claim(REQUEST, { signal: AbortSignal.abort() })).rejects.toMatchObject(inUse);
    await first.fail(new Error('Refused.'));
  });

  it('is not executed again when whoever did so has stopped', async () => {
    const lost = await claim();
    now += 3001;
    await expect(service.claim(REQUEST, NEVER)).rejects.toMatchObject({
      status: 409,
      body: { code: 'idempotency_outcome_unknown' },
      headers: { 'x-should-retry': 'false' },
    });
    // It had not stopped, it was only slow.
    await lost.keepAnswer(200, '1');
    expect(await service.claim(REQUEST, NEVER)).toMatchObject({ type: 'answered' });
  });

  it('stays in use for as long as its request takes', async () => {
    open({ idempotencyLeaseMs: 60, idempotencyWaitMs: 10 });
    const slow = await claim();
    for (let beat = 0; beat < 3; beat++) {
      now += 55;
      await sleep(45);
      await expect(service.claim(REQUEST, NEVER)).rejects.toMatchObject({ body: { code: 'idempotency_key_in_use' } });
    }
    await slow.keepAnswer(200, '1');
    now += 1000;
    await sleep(80);
    expect(await service.claim(REQUEST, NEVER)).toMatchObject({ type: 'answered' });
  });

  it('is not in use again when it was renewed at the moment it was answered', async () => {
    open({ idempotencyLeaseMs: 30 });
    const { storage } = context;
    // A renewal takes longer than the answer that follows it.
    const slow = withCommit(storage, async (commit) => {
      const [write] = commit.writes ?? [];
      if (write?.write === 'put' && write.body.includes('"outcome":null')) await sleep(60);
      return storage.commit(commit);
    });
    service = createIdempotencyService({ ...context, storage: slow });
    const first = await claim();
    await sleep(30);
    await first.keepAnswer(200, '1');
    await sleep(80);
    expect(await service.claim(REQUEST, NEVER)).toMatchObject({ type: 'answered' });
  });

  it('keeps no answer that is too large, but executes its request no more', async () => {
    await (await claim()).keepAnswer(200, 'x'.repeat(101));
    await expect(service.claim(REQUEST, NEVER)).rejects.toMatchObject({
      status: 409,
      body: { code: 'idempotent_answer_gone' },
      headers: { 'x-should-retry': 'false' },
    });
  });

  it('is forgotten a day after it was claimed', async () => {
    await (await claim()).keepAnswer(200, '1');
    now += 86_400_000 - 1;
    await sweep();
    expect(await service.claim(REQUEST, NEVER)).toMatchObject({ type: 'answered' });
    now += 1;
    await sweep();
    await (await claim()).fail(new Error('Refused.'));
  });

  it('is forgotten with all others of its time', async () => {
    const keys = Array.from({ length: 250 }, (_, n) => ({ ...REQUEST, key: `k${n}` }));
    for (const request of keys) await (await claim(request)).keepAnswer(200, '1');
    now += 86_400_000;
    await sweep();
    expect(await context.storage.due('idempotency_key', 1000)).toEqual([]);
  });

  it('leads to a stream for as long as there is one', async () => {
    const { storage } = context;
    const thread = { kind: 'thread', path: [], id: 'thread_1' } as const;
    const key = { kind: 'run', path: ['thread_1'], id: 'run_1' } as const;
    const stream = { partition: 'thread_1', id: 'run_1' };
    const run = { id: 'run_1', object: 'thread.run', thread_id: 'thread_1', status: 'completed' } as Run;
    const event = { event: 'done', data: '[DONE]' };
    await storage.commit({
      writes: [
        { write: 'insert', key: thread, body: '{"id":"thread_1","object":"thread"}' },
        { write: 'insert', key, body: JSON.stringify(run) },
      ],
      events: { stream, fence: 0, events: [event, event] },
    });
    await (await claim()).keepStream({ run: Json.of(run), after: 1 });
    const streamed = await service.claim(REQUEST, NEVER);
    expect(streamed).toMatchObject({ type: 'streamed', started: { after: 1 } });

    const gone = (text: string) => ({ status: 409, body: { message: expect.stringContaining(text) } });
    await storage.events.finish(stream, { retainMs: 0 });
    await expect(service.claim(REQUEST, NEVER)).rejects.toMatchObject(gone("run 'run_1' of thread 'thread_1'"));
    await storage.commit({ writes: [{ write: 'delete', key: thread }] });
    await expect(service.claim(REQUEST, NEVER)).rejects.toMatchObject(gone("'thread_1' of its run was deleted"));
  });
});
