import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { embedText, startUpstream, type Upstream } from './upstream.ts';

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.reset());
afterAll(() => upstream.close());

interface List {
  data: { index: number; embedding: number[] | string }[];
}

function post(body: object, signal?: AbortSignal): Promise<Response> {
  return fetch(`${upstream.url}/embeddings`, {
    method: 'POST',
    body: JSON.stringify({ model: 'm', ...body }),
    signal: signal ?? null,
  });
}

const list = async (body: object): Promise<List> => (await (await post(body)).json()) as List;

function similarity(left: string, right: string): number {
  const [one, other] = [embedText(left, 256), embedText(right, 256)];
  return one.reduce((sum, value, index) => sum + value * (other[index] as number), 0);
}

it('finds texts near that share words or parts of words', () => {
  const text = 'How to descale the kettle';
  expect(similarity(text, text)).toBeCloseTo(1, 5);
  expect(similarity(text, 'Descaling kettles')).toBeGreaterThan(0.4);
  expect(similarity(text, 'Parking permits for visitors')).toBeLessThan(0.2);
  expect(similarity('Die Prüfung', 'die Prüfungen')).toBeGreaterThan(0.4);
});

it('makes vectors of length 1, and zeros where there are no words', () => {
  expect(Math.hypot(...embedText('one two three', 64))).toBeCloseTo(1, 5);
  expect(embedText('… ?', 4)).toEqual(new Float32Array(4));
});

it('sends figures or base64, with the dimensions that are asked for', async () => {
  const [one] = (await list({ input: 'one', dimensions: 32 })).data;
  expect(one?.embedding).toEqual(Array.from(embedText('one', 32)));
  const { data } = await list({ input: ['one', 'two'], encoding_format: 'base64' });
  expect(data).toMatchObject([{ index: 0 }, { index: 1 }]);
  expect(Buffer.from(data[1]?.embedding as string, 'base64')).toEqual(Buffer.from(embedText('two', 256).buffer));
});

it('records what it was sent, apart from completions', async () => {
  await list({ input: ['one'] });
  expect(upstream.embeddings.requests).toMatchObject([{ body: { model: 'm', input: ['one'] }, aborted: false }]);
  expect(upstream.requests).toEqual([]);
});

it('goes wrong as it is told to, and then answers again', async () => {
  upstream.embeddings.script(
    { error: { status: 429, headers: { 'retry-after': '1' }, body: { error: { message: 'slow down' } } } },
    { count: 1 },
    { dimensions: 3, reversed: true, float: true },
    { breakOff: true },
    ({ body }) => ({ json: { model: body.model } }),
  );
  const input = ['one', 'two'];
  const refused = await post({ input });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  expect((await list({ input })).data).toHaveLength(1);
  const { data } = await list({ input, dimensions: 32, encoding_format: 'base64' });
  expect(data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
    [1, 3],
    [0, 3],
  ]);
  await expect(list({ input })).rejects.toThrow('terminated');
  expect(await list({ input })).toEqual({ model: 'm' });
  expect((await list({ input })).data).toHaveLength(2);
});

it('answers every request in one way until it is reset', async () => {
  upstream.embeddings.always({ error: { status: 503 } });
  expect([(await post({ input: 'a' })).status, (await post({ input: 'a' })).status]).toEqual([503, 503]);
  upstream.reset();
  expect((await post({ input: 'a' })).status).toBe(200);
});

it('knows when a client leaves that waits for vectors', async () => {
  const stop = new AbortController();
  upstream.embeddings.script({ hang: true });
  const waiting = post({ input: 'a' }, stop.signal);
  await expect.poll(() => upstream.embeddings.requests.length).toBe(1);
  stop.abort();
  await expect(waiting).rejects.toThrow('aborted');
  await upstream.embeddings.requests[0]?.closed;
  expect(upstream.embeddings.requests[0]?.aborted).toBe(true);
});
