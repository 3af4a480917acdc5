import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { BlobStore } from '@cogitator-ai/openai-storage';
import { type Service, startS3 } from '@cogitator-ai/tests-services';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openS3BlobStore, type S3BlobStoreOptions } from '../src/index.ts';
import { startLossyProxy } from './lossy-proxy.ts';
import { createTestClient, newName } from './server.ts';

const { signal } = new AbortController();
const MEBIBYTE = 2 ** 20;
const HOUR_MS = 3_600_000;

let server: Service;
let client: S3Client;
let bucket: string;
const open = (options: Partial<S3BlobStoreOptions> = {}) => openS3BlobStore({ client, bucket, ...options });

beforeAll(async () => {
  server = await startS3();
  client = createTestClient(server.url);
});
afterAll(async () => {
  client.destroy();
  await server.remove();
});
beforeEach(async () => {
  bucket = newName();
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

async function* bytes(count: number): AsyncGenerator<Uint8Array> {
  for (let left = count; left > 0; left -= MEBIBYTE)
    yield await Promise.resolve(Buffer.alloc(Math.min(left, MEBIBYTE), 7));
}

async function* broken(count: number): AsyncGenerator<Uint8Array> {
  yield* bytes(count);
  throw new Error('the connection broke');
}

async function keys(): Promise<string[]> {
  const { Contents: objects = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  return objects.map(({ Key: key }) => key!);
}

async function sizeOf(store: BlobStore, key: string): Promise<number | null> {
  const blob = await store.get(key, { signal });
  if (!blob) return null;
  let size = 0;
  for await (const chunk of blob.content) size += chunk.byteLength;
  return size;
}

describe('a blob in a bucket', () => {
  it('is one object, named by a second one, and both go', async () => {
    const store = await open({ prefix: 'files/' });
    const { sha256 } = await store.put('file_1', bytes(12 * MEBIBYTE), { signal });
    const header = 'files/file_1/blob.json';
    const content = (await keys()).find((key) => key !== header && key.startsWith('files/file_1/'));
    const upload = content?.slice('files/file_1/'.length);
    const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: header }));
    expect(JSON.parse(await body!.transformToString())).toEqual({ upload, bytes: 12 * MEBIBYTE, sha256 });
    const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: content }));
    expect((await object.Body!.transformToByteArray()).byteLength).toBe(12 * MEBIBYTE);

    expect(await store.delete('file_1')).toBe(true);
    expect(await keys()).toEqual(['files/.conditional-writes']);
  });

  it.for([0.1, 12])('of %d MiB that does not arrive leaves neither objects nor parts', async (mebibytes) => {
    const store = await open();
    await expect(store.put('file_1', broken(mebibytes * MEBIBYTE), { signal })).rejects.toThrow('the connection broke');
    const controller = new AbortController();
    async function* aborted(): AsyncGenerator<Uint8Array> {
      yield* bytes(mebibytes * MEBIBYTE);
      controller.abort(new Error('the client is gone'));
      yield* bytes(MEBIBYTE);
    }
    await expect(store.put('file_1', aborted(), controller)).rejects.toThrow('the client is gone');
    expect(await keys()).toEqual(['openai/.conditional-writes']);
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'openai/.conditional-writes' }));
    // Refused as long as there is an upload that was begun.
    await client.send(new DeleteBucketCommand({ Bucket: bucket }));
  });

  it('is not seen by a store with another prefix', async () => {
    const [one, other] = [await open({ prefix: 'a/' }), await open({ prefix: 'b/' })];
    await one.put('file_1', bytes(1), { signal });
    await other.put('file_1', bytes(2), { signal });
    expect(await one.delete('file_1')).toBe(true);
    expect(await sizeOf(other, 'file_1')).toBe(2);
  });

  it('whose header was never written is removed half a day later, when it is deleted', async () => {
    const store = await open();
    await store.put('file_1', bytes(6 * MEBIBYTE), { signal });
    await store.put('file_12', bytes(1), { signal });
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'openai/file_1/blob.json' }));
    expect(await sizeOf(store, 'file_1')).toBeNull();
    expect(await store.delete('file_1')).toBe(false);
    expect(await keys()).toHaveLength(4);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 13 * HOUR_MS });
    expect(await store.delete('file_1')).toBe(false);
    expect(await keys()).toHaveLength(3);
    expect(await sizeOf(store, 'file_12')).toBe(1);
  });

  it('that is no blob is told from one', async () => {
    const store = await open();
    await store.put('file_1', bytes(1), { signal });
    const key = `${bucket}/openai/file_1/blob.json`;
    for (const text of ['', 'null', '{"upload":"x","bytes":-0.5,"sha256":""}']) {
      await fetch(`${server.url}/${key}`, { method: 'PUT', body: text });
      await expect(store.get('file_1', { signal })).rejects.toMatchObject({ code: 'schema_mismatch' });
    }
  });
});

describe('an answer that gets lost', () => {
  it.for([
    ['of the header', 'PUT', /blob\.json/, 100],
    ['of the content', 'PUT', /file_1\/[\da-f-]{36}/, 100],
    ['of a part', 'PUT', /partNumber=2/, 12 * MEBIBYTE],
    ['of a read', 'GET', /blob\.json/, 100],
  ] as const)('%s does no harm', async ([, method, path, size]) => {
    const proxy = await startLossyProxy(server.url);
    const throughProxy = createTestClient(proxy.url);
    const store = await open({ client: throughProxy });
    const wasLost = proxy.loseNext(method, path);
    expect(await store.put('file_1', bytes(size), { signal })).toMatchObject({ bytes: size });
    expect(await sizeOf(store, 'file_1')).toBe(size);
    expect(wasLost()).toBe(true);
    await expect(store.put('file_1', bytes(1), { signal })).rejects.toMatchObject({ code: 'conflict' });
    expect(await keys()).toHaveLength(3);
    throughProxy.destroy();
    await proxy.close();
  });

  it('for good leaves nothing', async () => {
    const proxy = await startLossyProxy(server.url);
    const throughProxy = createTestClient(proxy.url);
    throughProxy.config.maxAttempts = () => Promise.resolve(1);
    const store = await open({ client: throughProxy });
    const wasLost = proxy.loseNext('POST', /uploadId/);
    await expect(store.put('file_1', bytes(12 * MEBIBYTE), { signal })).rejects.toMatchObject({ code: 'unavailable' });
    expect(wasLost()).toBe(true);
    expect(await keys()).toEqual(['openai/.conditional-writes']);
    throughProxy.destroy();
    await proxy.close();
  });
});

describe('a service', () => {
  it('that heeds conditions is not warned of', async () => {
    const warnings: string[] = [];
    for (let round = 0; round < 2; round++) await open({ onWarning: (message) => warnings.push(message) });
    expect(warnings).toEqual([]);
  });

  it('that knows of no conditions is warned of, and serves all the same', async () => {
    const simple = await startS3({ conditionalWrites: false });
    const own = createTestClient(simple.url);
    await own.send(new CreateBucketCommand({ Bucket: bucket }));
    const warnings: string[] = [];
    const store = await open({ client: own, onWarning: (message) => warnings.push(message) });
    expect(warnings).toEqual([expect.stringContaining('If-None-Match')]);
    await store.put('file_1', bytes(10), { signal });
    await expect(store.put('file_1', bytes(11), { signal })).rejects.toMatchObject({ code: 'conflict' });
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield* bytes(10);
      await store.put('file_2', bytes(20), { signal });
    }
    await expect(store.put('file_2', slow(), { signal })).rejects.toMatchObject({ code: 'conflict' });
    expect([await sizeOf(store, 'file_1'), await sizeOf(store, 'file_2')]).toEqual([10, 20]);
    own.destroy();
    await simple.remove();
  });

  it('is found by its endpoint, with credentials of the environment', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    const store = await openS3BlobStore({ bucket, endpoint: server.url });
    await store.put('file_1', bytes(10), { signal });
    expect(await sizeOf(store, 'file_1')).toBe(10);
    await store.close();
  });

  it('without the bucket, or that cannot be reached, is told of at opening', async () => {
    await expect(open({ bucket: 'missing-bucket' })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('NoSuchBucket'),
    });
    const nowhere = createTestClient('http://127.0.0.1:1');
    await expect(open({ client: nowhere })).rejects.toMatchObject({ name: 'StorageError', code: 'unavailable' });
  });
});

describe('a store that is closed', () => {
  it('refuses calls, and breaks off what is under way', async () => {
    const store = await open();
    await store.put('file_1', bytes(3 * MEBIBYTE), { signal });
    const blob = await store.get('file_1', { signal });
    const reading = blob!.content[Symbol.asyncIterator]();
    await reading.next();
    const source = Promise.withResolvers<void>();
    async function* silent(): AsyncGenerator<Uint8Array> {
      yield* bytes(7 * MEBIBYTE);
      await source.promise;
    }
    const arriving = store.put('file_2', silent(), { signal });
    const closing = store.close();
    await expect(arriving).rejects.toMatchObject({ code: 'closed' });
    await closing;
    await store.close();
    source.resolve();
    await expect(reading.next()).rejects.toMatchObject({ code: 'closed' });
    for (const call of [
      () => store.put('file_3', bytes(1), { signal }),
      () => store.get('file_1', { signal }),
      () => store.delete('file_1'),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'closed' });
    }
    // The client is the caller's, and still of use.
    expect((await keys()).filter((key) => key.includes('file_2'))).toEqual([]);
  });
});
