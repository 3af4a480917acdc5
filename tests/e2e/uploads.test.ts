import type { FileObject, Upload, UploadPart } from '@cogitator-ai/openai-protocol';
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { Random } from './interleavings/random.ts';
import { slowDown } from './interleavings/slow-storage.ts';
import { watchStorage } from './properties/watched-storage.ts';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import { openTestStorage } from './server/open-test-storage.ts';
import { startEngineServer } from './server/start-engine-server.ts';
import { makeUnreliable } from './server/unreliable-storage.ts';
import { SEED, SOAK } from './soak.ts';
import { type Api, connectApi } from './wire/api.ts';
import { multipart } from './wire/multipart.ts';
import { openRequest } from './wire/request.ts';

const HOUR_MS = 3_600_000;

let skippedMs = 0;
const storage = await openTestStorage({ now: () => Date.now() + skippedMs });
const watched = watchStorage(storage);
const unreliable = makeUnreliable(watched.storage);
const server = await startEngineServer({
  storage: unreliable.storage,
  now: () => Date.now() + skippedMs,
  sweepIntervalMs: 5,
  mayFail: true,
});
const api = connectApi(server.baseURL);
afterAll(() => server.close());

function create(fields: object = {}, on: Api = api): Promise<Upload> {
  return on.post<Upload>('/uploads', {
    filename: 'a.txt',
    purpose: 'assistants',
    bytes: 6,
    mime_type: 'text/plain',
    ...fields,
  });
}

async function addPart(uploadId: string, content: string | Buffer, on: Api = api): Promise<string> {
  const { status, body } = await on.send('POST', `/uploads/${uploadId}/parts`, multipart(['data', content, 'x']));
  if (status !== 200) throw new Error(`${status} ${body.toString()}`);
  return (JSON.parse(body.toString()) as UploadPart).id;
}

async function contentOf(fileId: string, on: Api = api): Promise<string> {
  return (await on.send('GET', `/files/${fileId}/content`)).body.toString();
}

/** The status, message and `param` of a refusal; of success the status alone. */
async function outcome(method: string, path: string, request: object = {}): Promise<unknown[]> {
  const { status, body } = await api.send(method, path, request);
  if (status === 200) return [status];
  const { error } = JSON.parse(body.toString()) as { error: { message: string; param: string | null } };
  return [status, error.message, error.param];
}

/** Every blob belongs to a file: the parts are gone, and nobody has left anything. */
async function expectNoStrays(store = storage, blobs: ReadonlySet<string> = watched.blobs): Promise<void> {
  const { records } = await store.list({ kind: 'file', path: [], limit: 1000, order: 'asc' });
  expect([...blobs].sort()).toEqual(records.map(({ key }) => key.id).sort());
}

const md5Of = (content: string | Buffer) => createHash('md5').update(content).digest('hex');

describe.each(EVERY_SDK)('uploads through openai $major', (sdk) => {
  const { uploads, files } = sdk.createClient({ baseURL: server.baseURL, maxRetries: 0 });
  const chunks = Array.from({ length: 5 }, () => randomBytes(200_000));
  const content = Buffer.concat(chunks);

  it('become a file of the parts in the order that completes it, however they arrived', async () => {
    const upload = await uploads.create({
      filename: 'naïve 文件.bin',
      purpose: 'assistants',
      bytes: content.length,
      mime_type: 'application/octet-stream',
    });
    expect(upload).toEqual({
      id: expect.stringMatching(/^upload_/),
      object: 'upload',
      bytes: content.length,
      created_at: expect.any(Number),
      filename: 'naïve 文件.bin',
      purpose: 'assistants',
      status: 'pending',
      expires_at: upload.created_at + 3600,
    });
    const parts = await Promise.all(
      chunks
        .map((chunk, index) => ({ chunk, index }))
        .reverse()
        .map(async ({ chunk, index }) => {
          const part = await uploads.parts.create(upload.id, { data: await sdk.toFile(chunk, 'part') });
          expect(part).toEqual({
            id: expect.stringMatching(/^part_/),
            object: 'upload.part',
            created_at: expect.any(Number),
            upload_id: upload.id,
          });
          return { index, id: part.id };
        }),
    );
    const part_ids = parts.sort((a, b) => a.index - b.index).map(({ id }) => id);
    const completed = await uploads.complete(upload.id, { part_ids, md5: md5Of(content) });
    expect(completed).toEqual({
      ...upload,
      status: 'completed',
      file: {
        id: expect.stringMatching(/^file-/),
        object: 'file',
        bytes: content.length,
        created_at: expect.any(Number),
        expires_at: null,
        filename: 'naïve 文件.bin',
        purpose: 'assistants',
        status: 'processed',
        status_details: null,
      },
    });
    const { id } = completed.file!;
    expect(await files.retrieve(id)).toEqual(completed.file);
    expect(Buffer.from(await (await files.content(id)).arrayBuffer()).equals(content)).toBe(true);
    await expect(uploads.complete(upload.id, { part_ids })).rejects.toMatchObject({
      status: 400,
      error: { message: "Cannot complete upload with status 'completed'.", type: 'invalid_request_error' },
    });
    await files.delete(id);
    await expectNoStrays();
  });

  it('can be cancelled', async () => {
    const upload = await uploads.create({ filename: 'a', purpose: 'batch', bytes: 1, mime_type: 'text/plain' });
    const { id } = await uploads.parts.create(upload.id, { data: await sdk.toFile(Buffer.from('x'), 'part') });
    expect(await uploads.cancel(upload.id)).toEqual({ ...upload, status: 'cancelled' });
    await expect(uploads.complete(upload.id, { part_ids: [id] })).rejects.toMatchObject({
      status: 400,
      error: { message: "Cannot complete upload with status 'cancelled'." },
    });
    await expectNoStrays();
  });
});

describe('an upload', () => {
  it.each([
    ['one part too few', ['a'], {}, 'The parts have 3 bytes in all, but the upload was created for a file of 6 bytes.'],
    ['one part too many', ['a', 'b', 'c'], {}, 'The parts have 9 bytes in all, but the upload'],
    ['a part twice', ['a', 'a'], {}, "Invalid 'part_ids[1]': duplicate part 'part_"],
    ['a part it does not have', ['a', '?'], {}, "No part found with id 'part_?' in upload 'upload_"],
    ['another checksum', ['a', 'b'], { md5: md5Of('barfoo') }, `The MD5 checksum of the parts is '${md5Of('foobar')}'`],
  ])('is not completed by %s, and can be completed then', async (_, names, more, message) => {
    const { id } = await create();
    const parts: Record<string, string> = {
      a: await addPart(id, 'foo'),
      b: await addPart(id, 'bar'),
      c: await addPart(id, '...'),
      '?': 'part_?',
    };
    const part_ids = names.map((name) => parts[name]);
    expect(await outcome('POST', `/uploads/${id}/complete`, { body: { part_ids, ...more } })).toEqual([
      400,
      expect.stringContaining(message),
      expect.any(String),
    ]);
    const { file } = await api.post<Upload>(`/uploads/${id}/complete`, {
      part_ids: [parts['a'], parts['b']],
      md5: md5Of('foobar').toUpperCase(),
    });
    expect(await contentOf(file!.id)).toBe('foobar');
    await expectNoStrays();
  });

  it('knows only its own parts', async () => {
    const [mine, other] = [await create({ bytes: 3 }), await create({ bytes: 3 })];
    const partId = await addPart(other.id, 'foo');
    expect(await outcome('POST', `/uploads/${mine.id}/complete`, { body: { part_ids: [partId] } })).toEqual([
      400,
      `No part found with id '${partId}' in upload '${mine.id}'.`,
      'part_ids[0]',
    ]);
    for (const { id } of [mine, other]) await api.post(`/uploads/${id}/cancel`);
  });

  it('gives its file the life that was asked for', async () => {
    const { id } = await create({ bytes: 1, expires_after: { anchor: 'created_at', seconds: 7200 } });
    const { file } = await api.post<Upload>(`/uploads/${id}/complete`, { part_ids: [await addPart(id, 'x')] });
    expect(file!.expires_at).toBe(file!.created_at + 7200);
    expect(await outcome('GET', `/files/${file!.id}`)).toEqual([200]);
    skippedMs += 2 * HOUR_MS;
    expect(await outcome('GET', `/files/${file!.id}`)).toEqual([404, `No such File object: ${file!.id}`, 'id']);
    await expect.poll(() => watched.blobs.has(file!.id)).toBe(false);
  });

  it.each(['parts', 'complete', 'cancel'])('that never was is not found: %s', async (action) => {
    for (const id of ['upload_x', 'upload_a b']) {
      const body = action === 'complete' ? { body: { part_ids: ['part_1'] } } : multipart(['data', 'x', 'x']);
      expect(await outcome('POST', `/uploads/${encodeURIComponent(id)}/${action}`, body)).toEqual([
        404,
        `No upload found with id '${id}'.`,
        null,
      ]);
    }
    expect(await outcome('POST', `/uploads/undefined/${action}`)).toEqual([
      400,
      "Invalid 'upload_id': 'undefined'. Expected an ID that begins with 'upload'.",
      'upload_id',
    ]);
    await expectNoStrays();
  });

  it('has no route to be read by', async () => {
    const { id } = await create();
    for (const path of ['/uploads', `/uploads/${id}/parts`, `/uploads/${id}/cancel`]) {
      expect(await outcome('GET', path)).toEqual([405, 'Only POST requests are accepted.', null]);
    }
    expect(await outcome('GET', `/uploads/${id}`)).toEqual([404, `Invalid URL (GET /v1/uploads/${id})`, null]);
    await api.post(`/uploads/${id}/cancel`);
  });

  it('expires after an hour, whether or not anybody asks, and is forgotten a day later', async () => {
    const { id } = await create();
    const partId = await addPart(id, 'foobar');
    skippedMs += HOUR_MS;
    const complete = { body: { part_ids: [partId] } };
    const refusal = (action: string, status: string) => [400, `Cannot ${action} upload with status '${status}'.`, null];
    expect(await outcome('POST', `/uploads/${id}/complete`, complete)).toEqual(refusal('complete', 'expired'));
    expect(await outcome('POST', `/uploads/${id}/cancel`)).toEqual(refusal('cancel', 'expired'));
    expect(await outcome('POST', `/uploads/${id}/parts`, multipart(['data', 'x', 'x']))).toEqual(
      refusal('add parts to', 'expired'),
    );
    const abandoned = await create();
    await addPart(abandoned.id, 'x');
    skippedMs += HOUR_MS;
    await expect.poll(() => [...watched.blobs].filter((key) => key.startsWith('part_'))).toEqual([]);
    await expectNoStrays();

    skippedMs += 24 * HOUR_MS;
    await expect
      .poll(() => outcome('POST', `/uploads/${id}/complete`, complete))
      .toEqual([404, `No upload found with id '${id}'.`, null]);
  });
});

describe('a part', () => {
  it('may have any bytes, and no name', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const { id } = await create({ bytes: 256 });
    const { body } = await api.send('POST', `/uploads/${id}/parts`, multipart(['data', bytes]));
    const { id: partId } = JSON.parse(body.toString()) as UploadPart;
    const { file } = await api.post<Upload>(`/uploads/${id}/complete`, { part_ids: [partId] });
    expect((await api.send('GET', `/files/${file!.id}/content`)).body.equals(bytes)).toBe(true);
  });

  it.each([
    ['without data', multipart(['foo', 'x']), 400, "Missing required parameter: 'data'."],
    ['with more than data', multipart(['data', 'x', 'x'], ['foo', 'x']), 400, "Unknown parameter: 'foo'."],
    ['as JSON', { body: { data: 'x' } }, 415, "Unsupported content type: 'application/json'."],
  ])('%s', async (_, request, status, message) => {
    const { id } = await create();
    const [got, text = ''] = await outcome('POST', `/uploads/${id}/parts`, request);
    expect([got, text]).toEqual([status, expect.stringContaining(message)]);
    await api.post(`/uploads/${id}/cancel`);
    await expectNoStrays();
  });

  it('has 64 MiB at most', async () => {
    const { id } = await create({ bytes: 64 * 2 ** 20 });
    const largest = Buffer.alloc(64 * 2 ** 20, 7);
    const partId = await addPart(id, largest);
    const tooLarge = multipart(['data', Buffer.concat([largest, Buffer.from('x')]), 'x']);
    expect(await outcome('POST', `/uploads/${id}/parts`, tooLarge)).toEqual([
      413,
      'File too large. Expected at most 67108864 bytes.',
      'data',
    ]);
    expect(watched.blobs.size).toBeGreaterThan(0);
    const { file } = await api.post<Upload>(`/uploads/${id}/complete`, { part_ids: [partId] });
    expect(file!.bytes).toBe(64 * 2 ** 20);
    expect((await api.send('DELETE', `/files/${file!.id}`)).status).toBe(200);
    await expectNoStrays();
  });

  it('that breaks off is refused and forgotten', async () => {
    const { id } = await create();
    const { body, headers } = multipart(['data', 'x'.repeat(1000), 'x']);
    const half = (body as Buffer).subarray(0, 500);
    const request = openRequest(`${server.baseURL}/uploads/${id}/parts`, 'POST', {
      body: half,
      headers: { ...headers, 'content-length': String(half.length) },
    });
    expect((await request).statusCode).toBe(400);
    await api.post(`/uploads/${id}/cancel`);
    await expectNoStrays();
  });
});

describe('a store that fails for a moment', () => {
  const insertOf = (kind: string) => ({ when: new RegExp(`"write":"insert","key":{"kind":"${kind}"`) });
  const putOf = (kind: string) => ({ when: new RegExp(`"write":"put","key":{"kind":"${kind}"`) });

  it.each([false, true])('does not keep a part that its client does not know of (done: %s)', async (done) => {
    const { id } = await create({ bytes: 3 });
    unreliable.fail('commit', { ...putOf('upload'), done });
    await expect(addPart(id, 'foo')).rejects.toThrow('503');
    const { file } = await api.post<Upload>(`/uploads/${id}/complete`, { part_ids: [await addPart(id, 'foo')] });
    expect(await contentOf(file!.id)).toBe('foo');
    skippedMs += 24 * HOUR_MS;
    await expect.poll(() => [...watched.blobs].filter((key) => key.startsWith('part_'))).toEqual([]);
    await expectNoStrays();
  });

  it.each([
    ['before the parts are joined', 'commit', { ...putOf('upload'), done: false }],
    ['while the parts are joined', 'blobs.get', { when: /"part_/ }],
    ['while the file is written', 'blobs.put', { when: /"file-/ }],
    ['after the file is written, which is not known', 'blobs.put', { when: /"file-/, done: true }],
    ['when the upload is completed', 'commit', { when: /\\"phase\\":\\"publishing\\"/ }],
    [
      'when the upload is completed, which is not known',
      'commit',
      { when: /\\"phase\\":\\"publishing\\"/, done: true },
    ],
    ['when the file is made', 'commit', insertOf('file')],
    ['when the file is made, which is not known', 'commit', { ...insertOf('file'), done: true }],
    ['after the file is made', 'commit', { when: /\\"phase\\":\\"emptying\\"/ }],
    ['after the file is made, which is not known', 'commit', { when: /\\"phase\\":\\"emptying\\"/, done: true }],
    ['when the parts are removed', 'blobs.delete', { when: /"part_/ }],
  ])('leaves one file of an upload that is completed again: %s', async (_, method, fault) => {
    const { id } = await create();
    const part_ids = [await addPart(id, 'foo'), await addPart(id, 'bar')];
    const before = await filesThere();
    unreliable.fail(method, fault);
    const first = await api.send('POST', `/uploads/${id}/complete`, { body: { part_ids } });
    const answer =
      first.status === 200 ? first : await api.send('POST', `/uploads/${id}/complete`, { body: { part_ids } });
    const upload = JSON.parse(answer.body.toString()) as Upload;
    expect([answer.status, upload]).toMatchObject([200, { id, status: 'completed' }]);
    expect(await filesThere()).toEqual([...before, upload.file!.id]);
    expect(await contentOf(upload.file!.id)).toBe('foobar');
    // Whoever sweeps finishes what was left.
    skippedMs += 61_000;
    await expect.poll(() => [...watched.blobs].sort()).toEqual(await filesThere());
  });

  it.each([
    ['before the parts were gone', 'blobs.delete', { when: /"part_/ }],
    ['before it was noted that the file was made', 'commit', { when: /\\"phase\\":\\"emptying\\"/ }],
  ])('does not bring back a file that was deleted %s', async (_, method, fault) => {
    const { id } = await create({ bytes: 3 });
    const part_ids = [await addPart(id, 'foo')];
    unreliable.fail(method, fault);
    const { file } = await api.post<Upload>(`/uploads/${id}/complete`, { part_ids });
    await api.send('DELETE', `/files/${file!.id}`);
    skippedMs += 61_000;
    await expect.poll(() => [...watched.blobs].filter((key) => key.startsWith('part_'))).toEqual([]);
    expect((await api.send('GET', `/files/${file!.id}`)).status).toBe(404);
    await expectNoStrays();
  });

  async function filesThere(): Promise<string[]> {
    const { records } = await storage.list({ kind: 'file', path: [], limit: 1000, order: 'asc' });
    return records.map(({ key }) => key.id);
  }
});

describe('an upload that several clients use at once', () => {
  const ROUNDS = 150 * Math.max(1, SOAK);

  it(
    'is completed once or cancelled once, and nothing is left of the parts',
    async () => {
      const random = new Random(SEED);
      const store = watchStorage(await openTestStorage());
      const busy = await startEngineServer({ storage: slowDown(store.storage, random) });
      const on = connectApi(busy.baseURL);
      const seen = new Set<string>();
      for (let round = 0; round < ROUNDS; round++) {
        const { id } = await create({}, on);
        const part_ids = await Promise.all(['foo', 'bar'].map((content) => addPart(id, content, on)));
        const actions = {
          complete: { path: 'complete', request: { body: { part_ids } } },
          'complete the other way': { path: 'complete', request: { body: { part_ids: part_ids.toReversed() } } },
          cancel: { path: 'cancel', request: {} },
          part: { path: 'parts', request: multipart(['data', 'more', 'x']) },
        };
        const results = await Promise.all(
          Array.from({ length: random.between(2, 5) }, async () => {
            const name = random.pick(Object.keys(actions) as (keyof typeof actions)[]);
            const { path, request } = actions[name];
            await sleep(random.between(0, 6));
            const { status, body } = await on.send('POST', `/uploads/${id}/${path}`, request);
            expect([200, 400, 409]).toContain(status);
            return { name, status, upload: JSON.parse(body.toString()) as Upload };
          }),
        );
        const files = new Set(results.flatMap(({ upload }) => upload.file?.id ?? []));
        const cancelled = results.filter(({ name, status }) => name === 'cancel' && status === 200);
        expect(files.size + cancelled.length).toBeLessThanOrEqual(1);
        const ends = await on.send('POST', `/uploads/${id}/cancel`);
        expect(ends.status).toBe(files.size + cancelled.length === 0 ? 200 : 400);
        seen.add(files.size > 0 ? 'completed' : cancelled.length > 0 ? 'cancelled' : 'neither');
        for (const { name, upload } of results) {
          if (!upload.file) continue;
          expect(await contentOf(upload.file.id, on)).toBe(name === 'complete' ? 'foobar' : 'barfoo');
        }
      }
      await expectNoStrays(store.storage, store.blobs);
      const notes = await store.storage.list({ kind: 'unowned_blob', path: [], limit: 10, order: 'asc' });
      expect(notes.records).toEqual([]);
      const files = await on.get<{ data: FileObject[] }>('/files');
      expect(files.data.length).toBeGreaterThan(0);
      expect([...seen]).toEqual(expect.arrayContaining(['cancelled', 'completed']));
      await busy.close();
    },
    60_000 * Math.max(1, SOAK),
  );
});
