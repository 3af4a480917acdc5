import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { IngestionError, type SourceFile } from '@cogitator-ai/openai-engine';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { docxOf, fileOf, paragraphsOf, pdfBomb, pdfOf } from '../../test/files.ts';
import type { Chunk } from './chunk.ts';
import { FileReader, type ReadLimits } from './file-reader.ts';

const MIB = 2 ** 20;

interface Options {
  signal?: AbortSignal;
  chunking?: { maxTokens: number; overlapTokens: number };
}

const readers: FileReader[] = [];

/** On a machine that may be busy. Is closed after its test. */
function openReader(limits: Partial<ReadLimits> = {}): (file: SourceFile, options?: Options) => Promise<Chunk[]> {
  const reader = new FileReader({ timeoutMs: 120_000, ...limits });
  readers.push(reader);
  return (file, { signal = new AbortController().signal, chunking = { maxTokens: 800, overlapTokens: 400 } } = {}) =>
    reader.read(file, { chunking, signal });
}

const read = (
  file: SourceFile,
  { limits, ...options }: Options & { limits?: Partial<ReadLimits> } = {},
): Promise<Chunk[]> => openReader(limits)(file, options);

const joined = (chunks: readonly Chunk[]): string => chunks.map(({ text, repeated }) => text.slice(repeated)).join('');

async function failure(
  file: SourceFile,
  options?: Parameters<typeof read>[1],
): Promise<{ code: string; message: string }> {
  const error: unknown = await read(file, options).then(
    () => 'The file was read.',
    (reason: unknown) => reason,
  );
  if (!IngestionError.isInstance(error)) throw error;
  return { code: error.code, message: error.message };
}

const UNPARSABLE = { code: 'invalid_file', message: 'The file could not be parsed.' };
const TOO_LARGE = { code: 'invalid_file', message: 'The file could not be parsed because it is too large.' };
const UNSUPPORTED = { code: 'unsupported_file', message: 'The file type is not supported.' };
const CRASHED = { code: 'server_error', message: 'The file could not be read.' };

/** The children of this process that read files. */
function children(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const isOurs = new RegExp(`^PPid:\\s+${process.pid}$`, 'm').test(readFileSync(`/proc/${pid}/status`, 'utf8'));
        return isOurs && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('ingest/child/main');
      } catch {
        return false;
      }
    });
}

async function child(): Promise<number> {
  for (;;) {
    const [pid] = children();
    if (pid !== undefined) return pid;
    await setTimeout(5);
  }
}

/** A file whose content comes to a stand, and whether it was let go of. */
function stalledFile(): { file: SourceFile; isLetGo: () => boolean; goOn: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isLetGo = false;
  async function* content(): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield Buffer.from('begins');
      await promise;
      yield Buffer.from('ends');
    } finally {
      isLetGo = true;
    }
  }
  return { file: { filename: 'a.txt', bytes: 10, content: content() }, isLetGo: () => isLetGo, goOn: resolve };
}

/** Until the end of the test files are read by another program. */
function runWith(path: string): void {
  const { execPath } = process;
  onTestFinished(() => void (process.execPath = execPath));
  process.execPath = path;
}

describe('FileReader', { timeout: 150_000 }, () => {
  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.close();
    await expect.poll(children).toEqual([]);
  });

  it('reads a file and cuts it', async () => {
    const text = Array.from({ length: 1000 }, (_, index) => `Line ${index} — ünïcode 👍.\n`).join('');
    const chunks = await read(fileOf('a.md', text, { partBytes: 77 }), {
      chunking: { maxTokens: 100, overlapTokens: 50 },
    });
    expect(chunks.length).toBeGreaterThan(100);
    expect(chunks[0]!.repeated).toBe(0);
    expect(chunks[1]!.repeated).toBeGreaterThan(0);
    expect(joined(chunks)).toBe(text);
  });

  it.each([
    ['a PDF', fileOf('a.PDF', pdfOf(['Hello'])), 'Hello'],
    ['a document of Word', fileOf('a.docx', docxOf(paragraphsOf('Hello'))), 'Hello'],
    ['a page', fileOf('a.html', '<p>Hello'), 'Hello'],
    ['text in some encoding', fileOf('a.txt', Buffer.from('Schöne Grüße aus Köln', 'latin1')), 'Schöne Grüße aus Köln'],
    ['a file with any name', fileOf('../\0"a\u2028.txt', 'Hello'), 'Hello'],
  ])('reads %s', async (_, file, text) => {
    expect(await read(file)).toEqual([{ text, repeated: 0 }]);
  });

  it('reads several files at a time', async () => {
    const texts = ['one', 'two', 'three'];
    expect(await Promise.all(texts.map((text) => read(fileOf('a.txt', text))))).toEqual(
      texts.map((text) => [{ text, repeated: 0 }]),
    );
  });

  it.each([
    ['an empty file', fileOf('a.txt', ''), { code: 'invalid_file', message: 'The file is empty.' }],
    ['a file without text', fileOf('a.txt', '\n'), { code: 'invalid_file', message: 'The file has no text.' }],
    ['something else named .txt', fileOf('a.txt', Buffer.alloc(1000)), UNSUPPORTED],
    ['half a PDF', fileOf('a.pdf', pdfOf(['Hello']).subarray(0, 400)), UNPARSABLE],
  ])('says why it does not read %s', async (_, file, said) => {
    expect(await failure(file)).toEqual(said);
  });

  it('does not even begin with a file that is too large', async () => {
    const { file, isLetGo, goOn } = stalledFile();
    goOn();
    expect(await failure({ ...file, bytes: 257 * MIB })).toEqual(TOO_LARGE);
    expect(isLetGo()).toBe(false);
  });

  it('stops reading a text as soon as it is known to be too large', async () => {
    let given = 0;
    const part = Buffer.alloc(2 ** 16, 'a');
    const content = (async function* (): AsyncGenerator<Uint8Array, void, void> {
      for (; given < 65 * MIB; given += part.length) yield part;
    })();
    expect(await failure({ filename: 'a.txt', bytes: 65 * MIB, content })).toEqual(TOO_LARGE);
    expect(given).toBeLessThan(8 * MIB);
  });

  it('holds a file to its size', async () => {
    expect(await failure({ ...fileOf('a.txt', 'Hello'), bytes: 4 })).toEqual(TOO_LARGE);
    expect(await failure({ ...fileOf('a.txt', 'Hello'), bytes: 6 })).toEqual(CRASHED);
  });

  it('reads one file after another in one process, until one cannot be read', async () => {
    const reads = openReader();
    expect(await reads(fileOf('a.txt', 'one'))).toEqual([{ text: 'one', repeated: 0 }]);
    const [pid] = children();
    expect(await reads(fileOf('a.pdf', pdfOf(['two'])))).toEqual([{ text: 'two', repeated: 0 }]);
    const text = 'Some words.\n'.repeat(1000);
    expect(joined(await reads(fileOf('a.txt', text)))).toBe(text);
    expect(children()).toEqual([pid]);
    await expect(reads(fileOf('a.txt', '\n'))).rejects.toThrow('no text');
    expect(children()).toEqual([]);
    expect(await reads(fileOf('a.txt', 'three'))).toEqual([{ text: 'three', repeated: 0 }]);
  });

  it('leaves nothing behind at a process that it uses again', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warn);
    onTestFinished(() => void process.off('warning', warn));
    const reads = openReader();
    for (let number = 0; number < 12; number++) await reads(fileOf('a.txt', `Number ${number}.`));
    expect(children()).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it('starts another process where one was ended while it waited', async () => {
    const reads = openReader();
    await reads(fileOf('a.txt', 'one'));
    const [pid] = children();
    process.kill(pid!, 'SIGKILL');
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
    expect(await reads(fileOf('a.txt', 'two'))).toEqual([{ text: 'two', repeated: 0 }]);
  });

  it('ends processes that nobody needs', { timeout: 30_000 }, async () => {
    await openReader()(fileOf('a.txt', 'one'));
    expect(children()).toHaveLength(1);
    await expect.poll(children, { timeout: 20_000 }).toEqual([]);
  });

  it('refuses a text with too many tokens', async () => {
    expect(await failure(fileOf('a.txt', 'word '.repeat(1001)), { limits: { maxTextTokens: 1000 } })).toEqual(
      TOO_LARGE,
    );
  });

  it('ends a process that takes too much memory', async () => {
    const bomb = pdfBomb(2 ** 31);
    expect(bomb.length).toBeLessThan(20_000);
    expect(await failure(fileOf('a.pdf', bomb))).toEqual(TOO_LARGE);
  });

  it('keeps nothing of a large file in this process', async () => {
    const head = Buffer.from('%PDF-1.4\n');
    const part = Buffer.alloc(2 ** 16);
    const content = (async function* (): AsyncGenerator<Uint8Array, void, void> {
      yield head;
      for (let given = 0; given < 199 * MIB; given += part.length) yield part;
    })();
    const before = process.memoryUsage().rss;
    let most = before;
    const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
    onTestFinished(() => clearInterval(timer));
    expect(await failure({ filename: 'a.pdf', bytes: head.length + 199 * MIB, content })).toEqual(UNPARSABLE);
    expect(most - before).toBeLessThan(64 * MIB);
  });

  it('leaves this process free meanwhile', async () => {
    const before = performance.eventLoopUtilization();
    await read(fileOf('a.txt', 'Some words of a text, and more. '.repeat(60_000)));
    const { active } = performance.eventLoopUtilization(before);
    expect(active).toBeLessThan(1000);
  });

  it('is ended by its signal, with the reason', async () => {
    const { file, goOn } = stalledFile();
    const controller = new AbortController();
    const reading = read(file, { signal: controller.signal });
    await child();
    controller.abort(new Error('No longer wanted.'));
    await expect(reading).rejects.toThrow('No longer wanted.');
    goOn();
    await expect(read(fileOf('a.txt', 'Hello'), { signal: controller.signal })).rejects.toThrow('No longer wanted.');
  });

  it('ends at its deadline', async () => {
    const late = { code: 'invalid_file', message: 'The file could not be parsed in time.' };
    expect(await failure(fileOf('a.txt', 'Hello'), { limits: { timeoutMs: 20 } })).toEqual(late);
  });

  it('blames no file for content that does not come, and lets go of it', async () => {
    const { file, isLetGo, goOn } = stalledFile();
    expect(await failure(file, { limits: { timeoutMs: 200 } })).toEqual(CRASHED);
    goOn();
    await expect.poll(isLetGo).toBe(true);
  });

  it('takes no part of a file for the whole', async () => {
    const content = (async function* (): AsyncGenerator<Uint8Array, void, void> {
      yield Buffer.from('The first half.');
      throw new Error('The disk is gone.');
    })();
    const reading = read({ filename: 'a.txt', bytes: 30, content });
    await expect(reading).rejects.toMatchObject({
      ...CRASHED,
      cause: expect.objectContaining({ message: 'The disk is gone.' }),
    });
  });

  it.each<[string, NodeJS.Signals, object]>([
    ['ended from outside', 'SIGKILL', CRASHED],
    ['out of heap', 'SIGABRT', TOO_LARGE],
    ['led astray', 'SIGSEGV', UNPARSABLE],
  ])('survives that the process is %s', async (_, name, said) => {
    const { file, goOn } = stalledFile();
    const reading = failure(file);
    process.kill(await child(), name);
    expect(await reading).toEqual(said);
    goOn();
  });

  it('survives that no process can be started', async () => {
    runWith('/there/is/no/such/program');
    expect(await failure(fileOf('a.txt', 'Hello'))).toEqual(CRASHED);
  });

  it('says what the process has complained of', async () => {
    runWith('/bin/sh');
    await expect(read(fileOf('a.txt', 'Hello'))).rejects.toMatchObject({
      ...CRASHED,
      cause: expect.objectContaining({ message: expect.stringMatching(/option/i) }),
    });
  });
});
