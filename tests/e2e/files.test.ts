import type { FileObject, ListResponse, Upload, UploadPart } from '@cogitator-ai/openai-protocol';
import type { Storage } from '@cogitator-ai/openai-storage';
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchStorage } from './properties/watched-storage.ts';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import { openTestStorage } from './server/open-test-storage.ts';
import { startEngineServer } from './server/start-engine-server.ts';
import { startTestServer } from './server/start-test-server.ts';
import { makeUnreliable } from './server/unreliable-storage.ts';
import { connectApi } from './wire/api.ts';
import { multipart } from './wire/multipart.ts';

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

describe('the content of a file', () => {
  const api = connectApi(server.baseURL);
  const digits = '0123456789';

  async function upload(content: string, filename = 'digits.txt'): Promise<string> {
    const form = multipart(['file', content, filename], ['purpose', 'user_data']);
    return (JSON.parse((await api.send('POST', '/files', form)).body.toString()) as FileObject).id;
  }

  it.each([
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=9-9', '9', 'bytes 9-9/10'],
    ['bytes=5-99', '56789', 'bytes 5-9/10'],
    ['bytes=-99', digits, 'bytes 0-9/10'],
    ['Bytes= 0-0 ', '0', 'bytes 0-0/10'],
  ])('is sent in part for %s', async (range, part, contentRange) => {
    const response = await api.send('GET', `/files/${await upload(digits)}/content`, { headers: { range } });
    expect([response.status, response.body.toString()]).toEqual([206, part]);
    expect(response.headers).toMatchObject({
      'content-range': contentRange,
      'content-length': String(part.length),
      'content-type': 'application/octet-stream',
    });
  });

  it.each(['bytes=0-1,3-4', 'bytes=5-2', 'bytes=-', 'bytes', 'items=0-1', 'bytes=a-b', ''])(
    'is sent as a whole for %j',
    async (range) => {
      const response = await api.send('GET', `/files/${await upload(digits)}/content`, { headers: { range } });
      expect([response.status, response.body.toString()]).toEqual([200, digits]);
      expect(response.headers).toMatchObject({ 'accept-ranges': 'bytes', 'content-length': '10' });
      expect(response.headers).not.toHaveProperty('content-range');
    },
  );

  it.each([
    ['bytes=10-', digits],
    ['bytes=99-100', digits],
    ['bytes=-0', digits],
    ['bytes=0-', ''],
    ['bytes=-1', ''],
  ])('has nothing at %s of %j', async (range, content) => {
    const response = await api.send('GET', `/files/${await upload(content)}/content`, { headers: { range } });
    expect([response.status, response.headers['content-range']]).toEqual([416, `bytes */${content.length}`]);
    expect(JSON.parse(response.body.toString())).toEqual({
      error: {
        message: `The requested range is not satisfiable: the file has ${content.length} bytes.`,
        type: 'invalid_request_error',
        param: null,
        code: null,
      },
    });
  });

  it('may be empty', async () => {
    const response = await api.send('GET', `/files/${await upload('')}/content`);
    expect([response.status, response.headers['content-length'], response.body.length]).toEqual([200, '0', 0]);
  });

  it('is described by HEAD', async () => {
    const id = await upload(digits);
    const response = await api.send('HEAD', `/files/${id}/content`, { headers: { range: 'bytes=0-1' } });
    expect([response.status, response.body.length]).toEqual([200, 0]);
    expect(response.headers).toMatchObject({
      'accept-ranges': 'bytes',
      'content-length': '10',
      'content-disposition': 'attachment; filename="digits.txt"',
    });
    expect((await api.send('HEAD', '/files/file-x/content')).status).toBe(404);
  });

  it.each([
    ['plain name.txt', 'attachment; filename="plain name.txt"'],
    [
      'naïve %22q%22 文件.txt',
      `attachment; filename="na_ve \\"q\\" __.txt"; filename*=UTF-8''na%C3%AFve%20%22q%22%20%E6%96%87%E4%BB%B6.txt`,
    ],
    ["😀 (1)'*.txt", `attachment; filename="__ (1)'*.txt"; filename*=UTF-8''%F0%9F%98%80%20%281%29%27%2a.txt`],
    ['C:\\dir\\a\u007f.txt', `attachment; filename="a_.txt"; filename*=UTF-8''a%7F.txt`],
    ['文'.repeat(1024), expect.stringMatching(/^attachment; filename="_{1024}"; filename\*=UTF-8''(%E6%96%87){1024}$/)],
  ])('has the name %s', async (filename, disposition) => {
    const response = await api.send('GET', `/files/${await upload('x', filename)}/content`);
    expect([response.status, response.headers['content-disposition']]).toEqual([200, disposition]);
  });

  it('has a name that can be written, whatever was sent', async () => {
    const { id: uploadId } = await api.post<Upload>('/uploads', {
      filename: 'half \ud800.txt',
      purpose: 'user_data',
      bytes: 1,
      mime_type: 'text/plain',
    });
    const part = await api.send('POST', `/uploads/${uploadId}/parts`, multipart(['data', 'x', 'x']));
    const { id } = JSON.parse(part.body.toString()) as UploadPart;
    const { file } = await api.post<Upload>(`/uploads/${uploadId}/complete`, { part_ids: [id] });
    const response = await api.send('GET', `/files/${file!.id}/content`);
    expect([response.status, response.headers['content-disposition']]).toEqual([
      200,
      `attachment; filename="half _.txt"; filename*=UTF-8''half%20%EF%BF%BD.txt`,
    ]);
  });

  it('cannot have a name that no header could carry', async () => {
    const response = await api.send(
      'POST',
      '/files',
      multipart(['file', 'x', 'x'.repeat(1025)], ['purpose', 'user_data']),
    );
    expect([response.status, JSON.parse(response.body.toString())]).toMatchObject([
      400,
      { error: { param: 'file', code: 'string_above_max_length' } },
    ]);
  });
});

describe('purposes', () => {
  const api = connectApi(server.baseURL);
  const upload = (purpose: string) => api.send('POST', '/files', multipart(['file', 'x', 'x'], ['purpose', purpose]));

  it.each(['assistants_output', 'batch_output', 'fine-tune-results'])(
    'that only the server writes for are refused: %s',
    async (purpose) => {
      const { status, body } = await upload(purpose);
      expect([status, JSON.parse(body.toString())]).toMatchObject([
        400,
        { error: { message: `'${purpose}' is not one of ${UPLOAD_PURPOSE_LIST} - 'purpose'`, param: 'purpose' } },
      ]);
      const created = await api.send('POST', '/uploads', {
        body: { filename: 'a', purpose, bytes: 1, mime_type: 'text/plain' },
      });
      expect(created.status).toBe(400);
    },
  );

  it('keep files of a strict server from being downloaded', async () => {
    const strict = await startEngineServer({ strictFileDownloads: true });
    const strictApi = connectApi(strict.baseURL);
    const statuses: Record<string, unknown> = {};
    for (const purpose of ['fine-tune', 'assistants', 'batch', 'user_data', 'vision', 'evals']) {
      const form = multipart(['file', 'x', 'x'], ['purpose', purpose]);
      const { body } = await strictApi.send('POST', '/files', form);
      const { id } = JSON.parse(body.toString()) as FileObject;
      expect((await strictApi.send('GET', `/files/${id}`)).status).toBe(200);
      const content = await strictApi.send('GET', `/files/${id}/content`);
      statuses[purpose] = content.status === 200 ? content.body.toString() : JSON.parse(content.body.toString());
    }
    const refused = (purpose: string) => ({
      error: {
        message: `Not allowed to download files of purpose: ${purpose}`,
        type: 'invalid_request_error',
        param: null,
        code: null,
      },
    });
    expect(statuses).toEqual({
      'fine-tune': 'x',
      batch: 'x',
      assistants: refused('assistants'),
      user_data: refused('user_data'),
      vision: refused('vision'),
      evals: refused('evals'),
    });
    await strict.close();
  });

  const UPLOAD_PURPOSE_LIST = "['fine-tune', 'assistants', 'batch', 'user_data', 'vision', 'evals']";
});

describe('a file that expires', () => {
  let skippedMs = 0;
  const now = (): number => Date.now() + skippedMs;

  async function start(sweepIntervalMs: number) {
    const store = watchStorage(await openTestStorage({ now }));
    const unreliable = makeUnreliable(store.storage);
    const started = await startEngineServer({ storage: unreliable.storage, now, sweepIntervalMs, mayFail: true });
    const api = connectApi(started.baseURL);
    const upload = async (seconds: number | null, purpose = 'assistants'): Promise<FileObject> => {
      const expiry = [
        ['expires_after[anchor]', 'created_at'],
        ['expires_after[seconds]', String(seconds)],
      ] as const;
      const { status, body } = await api.send(
        'POST',
        '/files',
        multipart(['file', 'x', 'a.png'], ['purpose', purpose], ...(seconds === null ? [] : expiry)),
      );
      expect([status, body.toString()]).toEqual([200, expect.any(String)]);
      return JSON.parse(body.toString()) as FileObject;
    };
    return { ...started, api, store, unreliable, upload };
  }

  const FORM = multipart(['file', 'x', 'x'], ['purpose', 'assistants']);
  const DAY_MS = 86_400_000;

  /** What the store still remembers of blobs without a record. */
  async function notesIn(storage: Storage): Promise<unknown[]> {
    return (await storage.list({ kind: 'unowned_blob', path: [], limit: 10, order: 'asc' })).records;
  }

  it('is gone at once for everybody, though nobody has swept', async () => {
    const lazy = await start(600_000);
    const { api } = lazy;
    const [kept, short, long] = [await lazy.upload(null), await lazy.upload(3600), await lazy.upload(2_592_000)];
    expect([kept, short, long].map(({ created_at: made, expires_at: ends }) => ends && ends - made)).toEqual([
      null,
      3600,
      2_592_000,
    ]);
    const message = {
      role: 'user',
      content: [{ type: 'image_file', image_file: { file_id: short.id } }],
      attachments: [{ file_id: short.id, tools: [{ type: 'code_interpreter' }] }],
    };
    skippedMs += 3_599_000;
    await api.post('/threads', { messages: [message] });

    skippedMs += 1000;
    const gone = `No such File object: ${short.id}`;
    for (const [method, path, body] of [
      ['GET', `/files/${short.id}`],
      ['GET', `/files/${short.id}/content`],
      ['DELETE', `/files/${short.id}`],
      ['POST', '/threads', { messages: [message] }],
      ['POST', '/threads', { tool_resources: { code_interpreter: { file_ids: [kept.id, short.id] } } }],
    ] as const) {
      const answer = await api.send(method, path, { body });
      expect([answer.status, answer.body.toString()]).toEqual([
        method === 'POST' ? 400 : 404,
        expect.stringContaining(gone),
      ]);
    }
    const page = await api.get<ListResponse<FileObject>>('/files?limit=2');
    expect([page.data.map(({ id }) => id), page.has_more]).toEqual([[long.id, kept.id], false]);
    expect([...lazy.store.blobs].sort()).toEqual([kept.id, long.id]);
    await lazy.close();
  });

  it('is swept with its content, though nobody asks', async () => {
    const eager = await start(5);
    const [short, other] = [await eager.upload(3600), await eager.upload(7200)];
    skippedMs += 3_600_000;
    await expect.poll(() => [...eager.store.blobs]).toEqual([other.id]);
    expect(await eager.storage.get({ kind: 'file', path: [], id: short.id })).toBeNull();
    await eager.close();
  });

  it('has 30 days if it is for a batch', async () => {
    const lazy = await start(600_000);
    const [file, short] = [await lazy.upload(null, 'batch'), await lazy.upload(3600, 'batch')];
    expect(file.expires_at).toBe(file.created_at + 2_592_000);
    expect(short.expires_at).toBe(short.created_at + 3600);
    await lazy.close();
  });

  it.each([
    ['when it is noted', 'commit', { when: /"unowned_blob"/ }],
    ['while it is stored', 'blobs.put', {}],
    ['while it is stored, which is not known', 'blobs.put', { done: true }],
    ['when it is made', 'commit', { when: /"insert","key":{"kind":"file"/ }],
    ['when it is made, which is not known', 'commit', { when: /"insert","key":{"kind":"file"/, done: true }],
  ])('or does not leaves nothing when the store fails %s', async (_, method, fault) => {
    const eager = await start(5);
    eager.unreliable.fail(method, fault);
    expect((await eager.api.send('POST', '/files', FORM)).status).toBe(503);
    expect((await eager.api.get<ListResponse<FileObject>>('/files')).data).toEqual([]);
    skippedMs += DAY_MS;
    await expect.poll(() => [...eager.store.blobs]).toEqual([]);
    await expect.poll(() => notesIn(eager.storage)).toEqual([]);
    await eager.close();
  });

  it('or does not has its content when it is made after its client was told of a failure', async () => {
    const eager = await start(5);
    const applyNow = eager.unreliable.delay('commit', { when: /"insert","key":{"kind":"file"/ });
    expect((await eager.api.send('POST', '/files', FORM)).status).toBe(503);
    await applyNow();
    const { data } = await eager.api.get<ListResponse<FileObject>>('/files');
    for (let days = 0; days < 2; days++) {
      expect((await eager.api.send('GET', `/files/${data[0]!.id}/content`)).body.toString()).toBe('x');
      skippedMs += DAY_MS;
      await expect.poll(() => notesIn(eager.storage)).toEqual([]);
    }
    await eager.close();
  });

  it('or does not is deleted with its content as soon as the store can', async () => {
    const eager = await start(5);
    const file = await eager.upload(null);
    eager.unreliable.fail('blobs.delete');
    expect((await eager.api.send('DELETE', `/files/${file.id}`)).status).toBe(200);
    expect((await eager.api.send('GET', `/files/${file.id}`)).status).toBe(404);
    expect([...eager.store.blobs]).toEqual([file.id]);
    skippedMs += 60_000;
    await expect.poll(() => [...eager.store.blobs]).toEqual([]);
    await expect.poll(() => notesIn(eager.storage)).toEqual([]);
    await eager.close();
  });

  it('or does not keeps its content when its deletion was only begun', async () => {
    const eager = await start(5);
    const file = await eager.upload(null);
    eager.unreliable.fail('commit', { when: /"write":"delete","key":{"kind":"file"/ });
    expect((await eager.api.send('DELETE', `/files/${file.id}`)).status).toBe(503);
    skippedMs += 60_000;
    await expect.poll(() => notesIn(eager.storage)).toEqual([]);
    expect((await eager.api.send('GET', `/files/${file.id}/content`)).body.toString()).toBe('x');
    await eager.close();
  });
});
