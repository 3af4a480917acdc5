import { readFileSync } from 'node:fs';
import { toFile } from 'openai';
import { it } from 'vitest';
import { docxOf, pdfBomb, pdfOf, zipOf } from '../../packages/retrieval/test/files.ts';
import { connect } from './load/start-load.ts';
import { startServer } from './servers/start-server.ts';
import { createSqliteStore } from './stores/sqlite-store.ts';

const MIB = 2 ** 20;
const TOO_LARGE = { code: 'invalid_file', message: 'The file could not be parsed because it is too large.' };
const UNPARSABLE = { code: 'invalid_file', message: 'The file could not be parsed.' };
const UNSUPPORTED = { code: 'unsupported_file', message: 'The file type is not supported.' };

/** What becomes of each; `null`: it can be searched. */
const FILES: Record<string, [content: string | Buffer, error: object | null]> = {
  'zip-bomb.docx': [zipOf({ 'word/document.xml': Buffer.alloc(128 * MIB, ' ') }, { level: 1 }), TOO_LARGE],
  'pdf-bomb.pdf': [pdfBomb(2 ** 31), TOO_LARGE],
  'nested.html': [`${'<div>'.repeat(200_000)}deep${'</div>'.repeat(200_000)}`, null],
  'nested.docx': [docxOf('<w:p>'.repeat(200_000) + '</w:p>'.repeat(200_000)), UNPARSABLE],
  'unbroken.txt': ['a'.repeat(100_000), null],
  'truncated.pdf': [pdfOf(['Hello']).subarray(0, 400), UNPARSABLE],
  'image.txt': [Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), UNSUPPORTED],
  'text.pdf': ['What a file is called says little of it.', null],
  'empty.txt': ['', { code: 'invalid_file', message: 'The file is empty.' }],
  'good.txt': ['The answer is 42.', null],
};

/** What a process has of memory, in bytes. */
const memoryOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;

it(
  'hostile files end as they should, while others are served',
  { timeout: 400_000 },
  async ({ expect, onTestFinished }) => {
    const store = createSqliteStore();
    onTestFinished(() => store.remove());
    const server = await startServer({ storageUrl: store.url });
    onTestFinished(() => server.remove());
    const { beta, files, vectorStores } = connect(server.url);
    const upload = async (name: string, content: string | Buffer) =>
      (await files.create({ file: await toFile(Buffer.from(content), name), purpose: 'assistants' })).id;
    const { id: vector_store_id } = await vectorStores.create({});
    await vectorStores.files.createAndPoll(vector_store_id, {
      file_id: await upload('first.txt', 'word '.repeat(5000)),
    });

    const names = new Map<string, string>();
    for (const [name, [content]] of Object.entries(FILES)) names.set(await upload(name, content), name);
    const before = memoryOf(server.pid);
    let most = before;
    const { id } = await vectorStores.fileBatches.create(vector_store_id, { file_ids: [...names.keys()] });
    for (let isDone = false; !isDone;) {
      const thread = await beta.threads.create({ messages: [{ role: 'user', content: 'Hello' }] });
      expect(await beta.threads.delete(thread.id)).toHaveProperty('deleted', true);
      const { status } = await vectorStores.fileBatches.retrieve(id, { vector_store_id });
      isDone = status !== 'in_progress';
      most = Math.max(most, memoryOf(server.pid));
    }

    const ends = await Array.fromAsync(vectorStores.fileBatches.listFiles(id, { vector_store_id }));
    const ended = ends.map(({ id: fileId, status, last_error: error }) => [names.get(fileId), status, error]);
    const expected = Object.entries(FILES).map(([name, [, error]]) => [name, error ? 'failed' : 'completed', error]);
    expect(new Set(ended)).toEqual(new Set(expected));
    expect((most - before) / MIB).toBeLessThan(100);
    const { data } = await vectorStores.search(vector_store_id, { query: 'answer' });
    expect(data.map(({ filename }) => filename)).toEqual(['good.txt']);
  },
);
