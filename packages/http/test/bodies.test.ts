import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StartedApp, startApp } from './start-app.ts';

let app: StartedApp;

beforeAll(async () => {
  app = await startApp({ maxBodyBytes: 1000, maxFileBytes: 100_000 });
});
afterAll(() => app.close());

async function post(
  path: string,
  body: string | ReadableStream | null,
  headers: Record<string, string> = {},
): Promise<[number, unknown]> {
  const init = { method: 'POST', body, headers, duplex: 'half' } as RequestInit;
  const response = await fetch(`${app.origin}${path}`, init);
  return [response.status, await response.json()];
}

const json = { 'content-type': 'application/json' };
const error = (message: string): object => ({
  error: expect.objectContaining({ message: expect.stringContaining(message) as string }) as object,
});

describe('JSON bodies', () => {
  it.each([
    [null, {}],
    ['', json],
    ['{}', json],
    ['{\n  "metadata": null\n}', { 'content-type': 'application/json; charset=UTF-8' }],
    ['null', json],
  ])('%j with %o is a thread without messages', async (body, headers) => {
    expect(await post('/v1/threads', body, headers)).toMatchObject([200, { object: 'thread', metadata: {} }]);
  });

  it.each([
    ['{"a":', 'We could not parse the JSON body of your request.'],
    ['[]', 'expected an object, but got an array instead.'],
    ['"x"', 'expected an object, but got a string instead.'],
    ['{"messages":{}}', "Invalid type for 'messages': expected an array, but got an object instead."],
    ['{"foo":1}', "Unknown parameter: 'foo'."],
  ])('%j is refused', async (body, message) => {
    expect(await post('/v1/threads', body, json)).toEqual([400, error(message)]);
  });

  it('of another content type are refused', async () => {
    expect(await post('/v1/threads', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' })).toEqual([
      415,
      error("Unsupported content type: 'application/x-www-form-urlencoded'."),
    ]);
  });

  it('above the limit are refused, announced or not', async () => {
    const large = JSON.stringify({ metadata: { a: 'x'.repeat(2000) } });
    expect((await post('/v1/threads', large, json))[0]).toBe(413);
    const chunked = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode(large));
        controller.close();
      },
    });
    expect((await post('/v1/threads', chunked, json))[0]).toBe(413);
  });

  it('are not read for GET, whatever the headers say', async () => {
    const response = await fetch(`${app.origin}/v1/assistants`, { headers: json });
    expect(response.status).toBe(200);
  });

  it('are waited for with 100-continue', async () => {
    const status = await new Promise((resolve, reject) => {
      const outgoing = request(`${app.origin}/v1/threads`, {
        method: 'POST',
        headers: { ...json, expect: '100-continue' },
      });
      outgoing.on('continue', () => outgoing.end('{}'));
      outgoing.on('response', (response) => resolve(response.resume().statusCode));
      outgoing.on('error', reject);
    });
    expect(status).toBe(200);
  });
});

describe('uploads', () => {
  const boundary = '----form-boundary-123';
  const part = (head: string, body: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
  const form = (...parts: string[]): string => `${parts.join('')}--${boundary}--`;
  const multipart = { 'content-type': `multipart/form-data; boundary="${boundary}"` };
  const purpose = part('name="purpose"', 'assistants');
  const file = part('name="file"; filename="a.txt"', 'hello');

  async function countFiles(): Promise<number> {
    return (await app.engine.files.list({ limit: 100, order: 'desc', after: undefined })).value.data.length;
  }

  it.each([
    ['purpose first', form(purpose, file)],
    ['file first', form(file, purpose)],
    ['a final line end', `${form(file, purpose)}\r\n`],
  ])('are taken with %s', async (_, body) => {
    const [status, uploaded] = await post('/v1/files', body, multipart);
    expect([status, uploaded]).toMatchObject([
      200,
      { object: 'file', bytes: 5, filename: 'a.txt', purpose: 'assistants' },
    ]);
    const content = await fetch(`${app.origin}/v1/files/${(uploaded as { id: string }).id}/content`);
    expect(await content.text()).toBe('hello');
  });

  it('keep names in any script, without folders', async () => {
    const named = part('name="file"; filename="../a/naïve %22q%22 文件.txt"', 'x');
    const [, uploaded] = await post('/v1/files', form(named, purpose), multipart);
    expect(uploaded).toMatchObject({ filename: 'naïve "q" 文件.txt' });
    const content = await fetch(`${app.origin}/v1/files/${(uploaded as { id: string }).id}/content`);
    expect(content.headers.get('content-disposition')).toBe(
      `attachment; filename="na_ve \\"q\\" __.txt"; filename*=UTF-8''na%C3%AFve%20%22q%22%20%E6%96%87%E4%BB%B6.txt`,
    );
    expect(content.headers.get('content-type')).toBe('application/octet-stream');
    expect(content.headers.get('content-length')).toBe('1');
  });

  it('may expire', async () => {
    const expiry = part('name="expires_after[anchor]"', 'created_at') + part('name="expires_after[seconds]"', '3600');
    const [, uploaded] = await post('/v1/files', form(purpose, file, expiry), multipart);
    const { created_at: createdAt, expires_at: expiresAt } = uploaded as { created_at: number; expires_at: number };
    expect(expiresAt - createdAt).toBe(3600);
  });

  it.each([
    ['without a file', form(purpose), 400, "Missing required parameter: 'file'."],
    ['without a purpose', form(file), 400, "Missing required parameter: 'purpose'."],
    ['of an unknown purpose', form(file, part('name="purpose"', 'fun')), 400, "'fun' is not one of ["],
    ['that are too large', form(purpose, part('name="file"; filename="b"', 'x'.repeat(100_001))), 413, ''],
    ['that break off', form(purpose, file).slice(0, -60), 400, ''],
    ['that are no form', 'hello', 400, ''],
  ])('%s are refused, and nothing is kept', async (_, body, status, message) => {
    const before = await countFiles();
    expect(await post('/v1/files', body, multipart)).toEqual([status, error(message)]);
    expect(await countFiles()).toBe(before);
  });

  it('as JSON are refused', async () => {
    expect((await post('/v1/files', '{}', json))[0]).toBe(415);
  });

  it('whose client leaves are forgotten', async () => {
    const before = await countFiles();
    const socket = connect(Number(new URL(app.origin).port), '127.0.0.1');
    socket.write(
      `POST /v1/files HTTP/1.1\r\nhost: x\r\ncontent-type: ${multipart['content-type']}\r\ncontent-length: 50000\r\n\r\n${purpose}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await countFiles()).toBe(before);
    expect((await post('/v1/files', form(purpose, file), multipart))[0]).toBe(200);
  });
});
