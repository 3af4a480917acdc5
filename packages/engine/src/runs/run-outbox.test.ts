import { type LogEvent, type Storage, StorageError, type Write } from '@cogitator-ai/openai-storage';
import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClaimLostError, RunOutbox } from './run-outbox.ts';

const stream = { partition: 'thread_1', id: 'run_1' };
const runKey = { kind: 'run', path: ['thread_1'], id: 'run_1' } as const;

let storage: Storage;
let failures: unknown[];
let outbox: RunOutbox;

beforeEach(async () => {
  storage = createMemoryStorage();
  await storage.commit({
    writes: [
      { write: 'insert', key: { kind: 'thread', path: [], id: 'thread_1' }, body: '{}' },
      { write: 'insert', key: runKey, body: '{}' },
    ],
  });
  failures = [];
  outbox = new RunOutbox(storage, stream, 1, (error) => failures.push(error));
});

afterEach(() => storage.close());

const delta = (data: string): LogEvent => ({ event: 'thread.message.delta', data });
const message = (id: string): Write => ({
  write: 'insert',
  key: { kind: 'message', path: ['thread_1'], id },
  body: '{}',
});

async function logged(): Promise<string[]> {
  const events = await storage.events.read(stream, { after: 0, limit: 10_000 });
  return events.map(({ data }) => data);
}

describe('RunOutbox', () => {
  it('keeps the order of events and commits', async () => {
    outbox.emit(delta('1'));
    outbox.emit(delta('2'));
    const first = outbox.commit([message('msg_1')], [delta('3')], []);
    outbox.emit(delta('4'));
    const second = outbox.commit([message('msg_2')], [delta('5')], []);
    expect([(await first).ok, (await second).ok]).toEqual([true, true]);
    outbox.emit(delta('6'));
    await outbox.settled();
    expect(await logged()).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('writes all events of one tick at once', async () => {
    const batches: number[] = [];
    await storage.events.subscribe(stream, (events) => batches.push(events.length), {
      signal: new AbortController().signal,
    });
    for (let index = 0; index < 10; index++) outbox.emit(delta(String(index)));
    await outbox.settled();
    expect(batches).toEqual([10]);
  });

  it('writes an event that nothing waits for', async () => {
    outbox.emit(delta('alone'));
    await new Promise(setImmediate);
    expect(await logged()).toEqual(['alone']);
  });

  it('keeps events that travelled with a refused commit', async () => {
    outbox.emit(delta('kept'));
    const result = await outbox.commit(
      [message('msg_1')],
      [delta('refused')],
      [{ check: 'version', key: runKey, version: 99 }],
    );
    expect(result.ok).toBe(false);
    expect(await logged()).toEqual(['kept']);
  });

  it.each([
    { is: 'is not', lose: async (): Promise<void> => {} },
    { is: 'is', lose: async (apply: () => Promise<unknown>): Promise<void> => void (await apply()) },
  ])('writes nothing twice and nothing after a commit that was not answered and $is applied', async ({ lose }) => {
    const applied: unknown[] = [];
    const commit: Storage['commit'] = async (refused) => {
      await lose(async () => applied.push(await storage.commit(refused)));
      throw new StorageError('unavailable', 'Away.');
    };
    const shaky = { ...storage, commit };
    outbox = new RunOutbox(shaky, stream, 1, (error) => failures.push(error));
    outbox.emit(delta('1'));
    await expect(outbox.commit([message('msg_1')], [delta('2')], [])).rejects.toThrow('Away.');
    shaky.commit = (later) => storage.commit(later);
    outbox.emit(delta('3'));
    await expect(outbox.commit([message('msg_1')], [delta('2')], [])).rejects.toThrow('Away.');
    await expect(outbox.settled()).rejects.toThrow('Away.');
    expect(await logged()).toEqual(applied.length > 0 ? ['1', '2'] : []);
    expect(failures).toHaveLength(1);
  });

  it('stops for good once the stream was claimed by somebody else', async () => {
    await storage.events.append({ stream, fence: 2, events: [] });
    outbox.emit(delta('late'));
    await expect(outbox.settled()).rejects.toThrow(ClaimLostError);
    outbox.emit(delta('later'));
    await expect(outbox.commit([message('msg_1')], [], [])).rejects.toThrow(ClaimLostError);
    expect(failures).toHaveLength(1);
    expect(await logged()).toEqual([]);
    expect(await storage.get({ kind: 'message', path: ['thread_1'], id: 'msg_1' })).toBeNull();
  });

  it('stops when the stream begins anew: the store has lost what was written before', async () => {
    outbox.emit(delta('1'));
    outbox.emit(delta('2'));
    await outbox.settled();
    await storage.events.finish(stream, { retainMs: 0 });
    await expect.poll(logged).toEqual([]);
    outbox.emit(delta('3'));
    await expect(outbox.settled()).rejects.toThrow('The store has lost events of the run.');
    expect(failures).toHaveLength(1);
  });

  it('says when too much is waiting', () => {
    expect(outbox.congested).toBe(false);
    for (let index = 0; index < 5000; index++) outbox.emit(delta('x'));
    expect(outbox.congested).toBe(true);
  });
});
