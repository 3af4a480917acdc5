import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Storage } from '@cogitator-ai/openai-storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStorage } from '../src/sqlite-storage.ts';

let folder: string;
let path: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openai-sqlite-'));
  path = join(folder, 'storage.db');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Starts a process that does something with the database, and gives the lines it prints. */
function start(what: 'write' | 'upload'): { child: ChildProcess; lines: AsyncIterator<string> } {
  const script = new URL('writer.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--conditions=@cogitator-ai/source', script, what, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

async function messagesOf(storage: Storage, thread: string): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | undefined; ; after = ids.at(-1)) {
    const page = await storage.list({ kind: 'message', path: [thread], limit: 1000, order: 'asc', after });
    ids.push(...page.records.map(({ key }) => key.id));
    if (!page.hasMore) return ids;
  }
}

function files(): string[] {
  return readdirSync(join(folder, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

describe('a process that is killed', () => {
  it('has lost nothing that was answered, and left nothing half written', async () => {
    const { child, lines } = start('write');
    const answered: string[] = [];
    while (answered.length < 500) answered.push((await lines.next()).value as string);
    child.kill('SIGKILL');
    for (let line = await lines.next(); !line.done; line = await lines.next()) answered.push(line.value);

    const storage = await openSqliteStorage({ path });
    const stored = await messagesOf(storage, 'thread_a');
    expect(stored.length).toBeGreaterThanOrEqual(answered.length);
    expect(stored.slice(0, answered.length)).toEqual(answered);
    // Each commit wrote a message and its twin.
    expect(await messagesOf(storage, 'thread_b')).toEqual([]);
    const twins = await storage.list({ kind: 'run', path: ['thread_a'], limit: 100_000, order: 'asc' });
    expect(twins.records.map(({ key }) => key.id)).toEqual(stored.map((id) => id.replace('msg', 'run')));
    await storage.close();
  });

  it('leaves files that the next start removes, and no others', async () => {
    const storage = await openSqliteStorage({ path });
    const content = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('kept');
    };
    await storage.blobs.put('kept', content(), { signal: AbortSignal.timeout(5000) });
    const kept = files();
    const { child, lines } = start('upload');
    await lines.next();
    expect(files()).toHaveLength(2);
    // Another process that opens the database does not touch what is being written.
    await (await openSqliteStorage({ path })).close();
    expect(files()).toHaveLength(2);

    child.kill('SIGKILL');
    await once(child, 'exit');
    const next = await openSqliteStorage({ path });
    expect(files()).toEqual(kept);
    expect(await next.blobs.get('half', { signal: AbortSignal.timeout(5000) })).toBeNull();
    await next.close();
    await storage.close();
  });
});

it('keeps nothing of puts that did not succeed', async () => {
  const storage = await openSqliteStorage({ path });
  const signal = AbortSignal.timeout(5000);
  const content = async function* (fails: boolean): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half');
    if (fails) throw new Error('The client is gone.');
  };
  await storage.blobs.put('file_1', content(false), { signal });
  const kept = files();
  const puts = ['file_1', 'file_2', 'file_3'].map((key) => storage.blobs.put(key, content(true), { signal }));
  const answers = await Promise.allSettled(puts);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(files()).toEqual(kept);
  await storage.close();
});

describe('several processes', () => {
  it('leave alone a blob that is completed while another one looks for what was left over', async () => {
    const storage = await openSqliteStorage({ path });
    const signal = AbortSignal.timeout(10_000);
    const gate = Promise.withResolvers<void>();
    const keys = Array.from({ length: 40 }, (_, n) => `blob_${n}`);
    const written = keys.map(() => Promise.withResolvers<void>());
    const puts = keys.map((key, n) => {
      const content = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('half');
        written[n]?.resolve();
        await gate.promise;
        yield Buffer.from('half');
      };
      return storage.blobs.put(key, content(), { signal });
    });
    await Promise.all(written.map(({ promise }) => promise));
    const opening = openSqliteStorage({ path });
    gate.resolve();
    const answers = await Promise.allSettled(puts);
    await (await opening).close();
    const contents = keys.map(async (key) => {
      const blob = await storage.blobs.get(key, { signal });
      return blob && text(blob.content);
    });
    expect(await Promise.all(contents)).toEqual(
      answers.map(({ status }) => (status === 'fulfilled' ? 'halfhalf' : null)),
    );
    await storage.close();
  });

  it('never lose a blob that was answered, also when one takes the file of another for left over', async () => {
    const storage = await openSqliteStorage({ path });
    const [written, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const content = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      written.resolve();
      await opened.promise;
      yield Buffer.from('half');
    };
    const signal = AbortSignal.timeout(5000);
    const answer = storage.blobs.put('blob', content(), { signal }).catch((error: unknown) => error);
    await written.promise;
    // Its number is that of the process that writes, as it is in containers, where every server may have the number 1.
    const other = await openSqliteStorage({ path });
    opened.resolve();
    expect(await answer).toMatchObject({ name: 'StorageError', code: 'unavailable' });
    expect(await storage.blobs.get('blob', { signal })).toBeNull();
    expect(files()).toEqual([]);
    await other.close();
    await storage.close();
  });

  it('write at the same time, and hear of each other', async () => {
    const storage = await openSqliteStorage({ path });
    await storage.commit({
      writes: [
        { write: 'insert', key: { kind: 'thread', path: [], id: 'thread_c' }, body: '{}' },
        { write: 'insert', key: { kind: 'run', path: ['thread_c'], id: 'run_c' }, body: '{}' },
      ],
    });
    const stream = { partition: 'thread_c', id: 'run_c' };
    const { lines } = start('write');
    await lines.next();
    const started = performance.now();
    for (let n = 0; n < 200; n++) {
      await storage.events.append({ stream, fence: 0, events: [{ event: 'e', data: String(n) }] });
    }
    expect(performance.now() - started).toBeLessThan(10_000);
    const events = await storage.events.read(stream, { after: 0, limit: 1000 });
    expect(events.map(({ data }) => Number(data))).toEqual(Array.from({ length: 200 }, (_, n) => n));
    await storage.close();
  });
});
