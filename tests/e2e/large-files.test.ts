import type { FileObject, Upload, UploadPart } from '@cogitator-ai/openai-protocol';
import { type ChildProcess, fork } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, DRIVER } from './server/test-database.ts';
import { openRequest } from './wire/request.ts';

const MIB = 2 ** 20;
/** Of PostgreSQL and Redis, bytes arrive in strings and buffers of their clients as well, and are collected later. */
const IS_LOCAL = DRIVER === 'sqlite';
/** What a file of 512 MiB may take beyond one of 32 MiB (measured: 1 to 36 MiB, PostgreSQL 107): what is not collected yet. */
const ROOM = (IS_LOCAL ? 64 : 192) * MIB;
/** What the server may take in all, its code (measured: 125 MiB) and what is not collected yet (65 MiB, PostgreSQL 190) included. */
const MOST = (IS_LOCAL ? 256 : 448) * MIB;

const block = randomBytes(MIB);
const database = createTestDatabase();
let server: ChildProcess;
let baseURL: string;

beforeAll(async () => {
  server = fork(join(import.meta.dirname, 'large-files/file-server.ts'), [database.url], {
    execArgv: ['--conditions=@cogitator-ai/source'],
  });
  const [port] = (await once(server, 'message')) as [number];
  baseURL = `http://127.0.0.1:${port}/v1`;
  await remove(await upload(32 * MIB));
  await remove((await uploadInParts(2 * MIB, MIB)).id);
});

afterAll(async () => {
  server.disconnect();
  await once(server, 'exit');
  await database.remove();
});

/** The most memory that the server has ever had, in bytes. */
async function peakMemory(): Promise<number> {
  server.send('memory');
  return ((await once(server, 'message')) as [number])[0];
}

function* blocks(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= MIB) yield block;
}

async function post<T>(path: string, content: Iterable<Buffer | string>, contentType: string): Promise<T> {
  const outgoing = request(baseURL + path, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': contentType },
  });
  const answered = once(outgoing, 'response');
  await pipeline(Readable.from(content, { objectMode: true }), outgoing);
  const [response] = (await answered) as [Readable & { statusCode: number }];
  const body = await json(response);
  expect([response.statusCode, body]).toEqual([200, expect.anything()]);
  return body as T;
}

/** A form with this many bytes in the last of its fields. */
function postForm<T>(path: string, head: string, bytes: number): Promise<T> {
  const content = (function* () {
    yield `${head}\r\n\r\n`;
    yield* blocks(bytes);
    yield '\r\n--b--\r\n';
  })();
  return post(path, content, 'multipart/form-data; boundary=b');
}

async function upload(bytes: number): Promise<string> {
  const purpose = '--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n';
  const file = '--b\r\nContent-Disposition: form-data; name="file"; filename="large.bin"';
  return (await postForm<FileObject>('/files', purpose + file, bytes)).id;
}

async function uploadInParts(bytes: number, partBytes: number): Promise<FileObject> {
  const create = { filename: 'large.bin', purpose: 'user_data', bytes, mime_type: 'application/octet-stream' };
  const { id } = await post<Upload>('/uploads', [JSON.stringify(create)], 'application/json');
  const part_ids: string[] = [];
  for (let sent = 0; sent < bytes; sent += partBytes) {
    const head = '--b\r\nContent-Disposition: form-data; name="data"; filename="part"';
    part_ids.push((await postForm<UploadPart>(`/uploads/${id}/parts`, head, partBytes)).id);
  }
  const md5 = createHash('md5');
  for (const chunk of blocks(bytes)) md5.update(chunk);
  const complete = JSON.stringify({ part_ids, md5: md5.digest('hex') });
  return (await post<Upload>(`/uploads/${id}/complete`, [complete], 'application/json')).file!;
}

async function expectContent(fileId: string, bytes: number): Promise<void> {
  const content = await openRequest(`${baseURL}/files/${fileId}/content`, 'GET');
  const [got, expected] = [createHash('md5'), createHash('md5')];
  for await (const chunk of content) got.update(chunk as Buffer);
  for (const chunk of blocks(bytes)) expected.update(chunk);
  expect(got.digest('hex')).toBe(expected.digest('hex'));
}

async function remove(fileId: string): Promise<void> {
  expect((await openRequest(`${baseURL}/files/${fileId}`, 'DELETE')).statusCode).toBe(200);
  expect((await openRequest(`${baseURL}/files/${fileId}/content`, 'GET')).statusCode).toBe(404);
}

it('takes a file of 512 MiB and sends it back without holding it', async () => {
  const before = await peakMemory();
  const fileId = await upload(512 * MIB);
  expect((await peakMemory()) - before).toBeLessThan(ROOM);
  await expectContent(fileId, 512 * MIB);
  expect((await peakMemory()) - before).toBeLessThan(ROOM);
  expect(await peakMemory()).toBeLessThan(MOST);
  await remove(fileId);
});

it('joins the parts of a file of 128 MiB without holding it', async () => {
  const before = await peakMemory();
  const file = await uploadInParts(128 * MIB, 64 * MIB);
  expect((await peakMemory()) - before).toBeLessThan(ROOM);
  expect(await peakMemory()).toBeLessThan(MOST);
  await expectContent(file.id, 128 * MIB);
  await remove(file.id);
});
