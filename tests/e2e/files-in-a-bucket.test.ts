import { startS3 } from '@cogitator-ai/tests-services';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import { startTestServer, type TestServer } from './server/start-test-server.ts';
import { DRIVER } from './server/test-database.ts';

/** More than S3 takes in one part. */
const content = randomBytes(6 * 2 ** 20);

beforeAll(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});
afterAll(() => {
  vi.unstubAllEnvs();
});

describe.skipIf(DRIVER === 'memory' || DRIVER === 'sqlite')('a server with BLOBS_URL', () => {
  let s3: Awaited<ReturnType<typeof startS3>>;
  let server: TestServer;

  beforeAll(async () => {
    s3 = await startS3();
    await fetch(`${s3.url}/files`, { method: 'PUT' });
    server = await startTestServer({ blobsUrl: `s3://files/e2e?endpoint=${s3.url}` });
  });
  afterAll(async () => {
    await server.close();
    await s3.remove();
  });

  async function keysOf(id: string): Promise<string[]> {
    const listing = await (await fetch(`${s3.url}/files?list-type=2&prefix=e2e/`)).text();
    return [...listing.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key!).filter((key) => key.includes(id));
  }

  it.each(EVERY_SDK)('keeps files there, with openai $major', async (sdk) => {
    const { files } = sdk.createClient({ baseURL: server.baseURL });
    const file = await files.create({ file: new File([content], 'data.bin'), purpose: 'assistants' });
    expect(file).toMatchObject({ bytes: content.length, status: 'processed' });
    const keys = await keysOf(file.id);
    expect(keys).toHaveLength(2);
    const stored = await Promise.all(
      keys.map(async (key) => Buffer.from(await (await fetch(`${s3.url}/files/${key}`)).arrayBuffer())),
    );
    expect(stored.some((object) => object.equals(content))).toBe(true);

    const download = await files.content(file.id);
    expect(Buffer.from(await download.arrayBuffer()).equals(content)).toBe(true);

    expect(await files.delete(file.id)).toMatchObject({ id: file.id, deleted: true });
    expect(await keysOf(file.id)).toEqual([]);
  });

  it('answers a range of a file, and joins parts', async () => {
    const form = new FormData();
    form.set('data', new File([content.subarray(0, 3_000_000)], 'part'));
    const post = async (path: string, body: string | FormData): Promise<{ id: string; file?: { id: string } }> => {
      const headers = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
      const response = await fetch(`${server.baseURL}${path}`, { method: 'POST', headers, body });
      expect(response.status).toBe(200);
      return (await response.json()) as { id: string };
    };
    const upload = await post(
      '/uploads',
      JSON.stringify({ filename: 'a', purpose: 'assistants', mime_type: 'text/plain', bytes: 6_000_000 }),
    );
    const part = await post(`/uploads/${upload.id}/parts`, form);
    const again = await post(`/uploads/${upload.id}/parts`, form);
    const { file } = await post(`/uploads/${upload.id}/complete`, JSON.stringify({ part_ids: [part.id, again.id] }));
    const range = await fetch(`${server.baseURL}/files/${file!.id}/content`, {
      headers: { range: 'bytes=2999990-3000009' },
    });
    expect(range.status).toBe(206);
    const expected = Buffer.concat([content.subarray(2_999_990, 3_000_000), content.subarray(0, 10)]);
    expect(Buffer.from(await range.arrayBuffer()).equals(expected)).toBe(true);
    await expect.poll(() => keysOf(part.id)).toEqual([]);
  });
});
