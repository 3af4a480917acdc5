import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import { startTestServer } from './server/start-test-server.ts';

const server = await startTestServer();
afterAll(() => server.close());

describe.each(EVERY_SDK)('files and models through openai $major', (sdk) => {
  const { files, models } = sdk.createClient({ baseURL: server.baseURL });
  // Every byte, zero and invalid UTF-8 included, and more than one chunk of them.
  const content = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, n) => n)), randomBytes(300_000)]);
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'openai-e2e-'));
    await writeFile(join(folder, 'from-disk.bin'), content);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    ['a File', 'data.bin', async () => new File([content], 'data.bin')],
    ['toFile', 'naïve "q" 文件.txt', () => sdk.toFile(content, 'naïve "q" 文件.txt')],
    ['a file stream', 'from-disk.bin', async () => createReadStream(join(folder, 'from-disk.bin'))],
  ])('come back as they were sent with %s', async (_, filename, open) => {
    const file = await files.create({ file: await open(), purpose: 'assistants' });
    expect(file).toEqual({
      id: expect.stringMatching(/^file-[A-Za-z0-9]{22,}$/),
      object: 'file',
      bytes: content.length,
      created_at: expect.any(Number),
      expires_at: null,
      filename,
      purpose: 'assistants',
      status: 'processed',
      status_details: null,
    });
    expect(await files.retrieve(file.id)).toEqual(file);
    expect((await files.list()).data[0]).toEqual(file);

    const download = await files.content(file.id);
    expect(download.headers.get('content-type')).toBe('application/octet-stream');
    expect(download.headers.get('content-length')).toBe(String(content.length));
    expect(download.headers.get('content-disposition')).toMatch(/^attachment; filename/);
    expect(Buffer.from(await download.arrayBuffer()).equals(content)).toBe(true);

    expect(await files.delete(file.id)).toEqual({ id: file.id, object: 'file', deleted: true });
    const gone = { status: 404, error: { message: `No such File object: ${file.id}` } };
    await expect(files.retrieve(file.id)).rejects.toMatchObject(gone);
    await expect(files.content(file.id)).rejects.toMatchObject(gone);
    expect((await files.list()).data).toEqual([]);
  });

  it('are listed by purpose, newest first, and paged', async () => {
    const upload = async (name: string, purpose: 'assistants' | 'vision' | 'batch') =>
      (await files.create({ file: await sdk.toFile(Buffer.from(name), name), purpose })).id;
    const [a, b, c, d] = [
      await upload('a', 'assistants'),
      await upload('b', 'vision'),
      await upload('c', 'assistants'),
      await upload('d', 'batch'),
    ];
    const idsOf = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id);
    expect(idsOf(await files.list())).toEqual([d, c, b, a]);
    expect(idsOf(await files.list({ order: 'asc' }))).toEqual([a, b, c, d]);
    expect(idsOf(await files.list({ purpose: 'assistants' }))).toEqual([c, a]);
    expect(await Array.fromAsync(files.list({ limit: 2 }), ({ id }) => id)).toEqual([d, c, b, a]);
    for (const id of [a, b, c, d]) await files.delete(id);
  });

  it('are refused for a purpose that is none, and nothing is kept', async () => {
    await expect(
      files.create({ file: await sdk.toFile(content, 'x.bin'), purpose: 'world_domination' as never }),
    ).rejects.toMatchObject({
      status: 400,
      error: {
        message:
          "'world_domination' is not one of ['fine-tune', 'assistants', 'batch', 'user_data', 'vision', 'evals'] - 'purpose'",
        type: 'invalid_request_error',
        param: 'purpose',
        code: null,
      },
    });
    expect((await files.list()).data).toEqual([]);
  });

  it('the models of the upstream are listed and found', async () => {
    const listed = await Array.fromAsync(models.list());
    const model = listed.find(({ id }) => id === server.model);
    expect(model).toEqual({
      id: server.model,
      object: 'model',
      created: expect.any(Number),
      owned_by: expect.any(String),
    });
    expect(await models.retrieve(server.model)).toEqual(model);
  });
});
