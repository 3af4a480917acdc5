import { embedText, type EmbeddingReply, startUpstream, type Upstream } from '@cogitator-ai/tests-upstream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddingError } from './embedding-error.ts';
import {
  createOpenAICompatibleEmbedder,
  type OpenAICompatibleEmbedder,
  type OpenAICompatibleEmbedderOptions,
} from './openai-compatible-embedder.ts';

let upstream: Upstream;
const open: OpenAICompatibleEmbedder[] = [];
beforeAll(async () => {
  upstream = await startUpstream();
});
afterEach(async () => {
  for (const embedder of open.splice(0)) await embedder.close();
  upstream.reset();
});
afterAll(() => upstream.close());

function embedderWith(options: Partial<OpenAICompatibleEmbedderOptions> = {}): OpenAICompatibleEmbedder {
  const embedder = createOpenAICompatibleEmbedder({ baseUrl: upstream.url, model: 'm', ...options });
  open.push(embedder);
  return embedder;
}

const embed = (
  texts: readonly string[],
  options: Partial<OpenAICompatibleEmbedderOptions> = {},
  signal = new AbortController().signal,
): Promise<Float32Array[]> => embedderWith(options).embed(texts, { signal });

async function failure(
  replies: readonly EmbeddingReply[],
  options: Partial<OpenAICompatibleEmbedderOptions> = {},
): Promise<EmbeddingError> {
  upstream.embeddings.script(...replies);
  return embed(['one'], options).then(
    () => expect.unreachable('It did not fail.'),
    (error: EmbeddingError) => error,
  );
}

/** How many texts each request had. */
const sizes = (): number[] => upstream.embeddings.requests.map(({ body }) => body.input.length);
const error = (status: number, message = '', headers: Record<string, string> = {}): EmbeddingReply => ({
  error: { status, body: { error: { message } }, headers },
});
const atOnce = { 'retry-after': '0' };

function similarity(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] as number), 0);
}

describe('a request', () => {
  it('asks for base64 and for nothing that is not given', async () => {
    const [one, two] = await embed(['one', 'two']);
    expect(similarity(one as Float32Array, embedText('one', 256))).toBeCloseTo(1, 5);
    expect(similarity(two as Float32Array, embedText('two', 256))).toBeCloseTo(1, 5);
    const [request] = upstream.embeddings.requests;
    expect(request?.body).toEqual({ model: 'm', input: ['one', 'two'], encoding_format: 'base64' });
    expect(request?.headers.authorization).toBeUndefined();
  });

  it('carries the key, further headers and the dimensions', async () => {
    const [vector] = await embed(['one'], { apiKey: 'sk-secret', dimensions: 32, headers: { 'x-team': 'a' } });
    expect(vector).toHaveLength(32);
    const [request] = upstream.embeddings.requests;
    expect(request?.body).toHaveProperty('dimensions', 32);
    expect(request?.headers).toMatchObject({ authorization: 'Bearer sk-secret', 'x-team': 'a' });
  });

  it('keeps the query of the base URL', async () => {
    await embed(['one'], { baseUrl: `${upstream.url}/?version=1` });
    expect(upstream.embeddings.requests[0]?.url).toBe('/v1/embeddings?version=1');
  });

  it('sends no empty text, and nothing that is no Unicode', async () => {
    expect(await embed(['', ' \n', 'a\ud800b'])).toHaveLength(3);
    expect(upstream.embeddings.requests[0]?.body.input).toEqual(['.', '.', 'a\ufffdb']);
  });

  it('is not made for nothing', async () => {
    expect(await embed([])).toEqual([]);
    expect(upstream.embeddings.requests).toEqual([]);
  });

  it('puts vectors in the order of the texts', async () => {
    upstream.embeddings.script({ reversed: true });
    const [one] = await embed(['one', 'two']);
    expect(similarity(one as Float32Array, embedText('one', 256))).toBeCloseTo(1, 5);
  });
});

describe('the name', () => {
  it.each<[Partial<OpenAICompatibleEmbedderOptions>, string]>([
    [{}, 'm'],
    [{ dimensions: 32 }, 'm@32'],
    [{ dimensions: 32, name: 'openai/m' }, 'openai/m'],
  ])('of %j is %s', (options, name) => {
    expect(embedderWith(options).name).toBe(name);
  });
});

describe('the encoding', () => {
  it('may be figures, whatever was asked for', async () => {
    upstream.embeddings.script({ float: true });
    const [one] = await embed(['one']);
    expect(similarity(one as Float32Array, embedText('one', 256))).toBeCloseTo(1, 5);
  });

  it('is left to an endpoint that refuses base64, which is not asked for again', async () => {
    upstream.embeddings.always(({ body }) =>
      body.encoding_format === undefined ? {} : error(400, 'base64 encoding is not currently supported'),
    );
    const embedder = embedderWith();
    const { signal } = new AbortController();
    await embedder.embed(['one'], { signal });
    await embedder.embed(['two'], { signal });
    expect(upstream.embeddings.requests.map(({ body }) => body.encoding_format)).toEqual([
      'base64',
      undefined,
      undefined,
    ]);
  });

  it('is not what a request was refused for, once base64 was answered', async () => {
    const embedder = embedderWith();
    const { signal } = new AbortController();
    await embedder.embed(['one'], { signal });
    upstream.embeddings.script(error(400, 'no'));
    await expect(embedder.embed(['two'], { signal })).rejects.toThrow(/HTTP 400: no$/);
    expect(upstream.embeddings.requests).toHaveLength(2);
  });
});

describe('what may pass', () => {
  it('is tried again: 429, 5xx and broken connections', async () => {
    upstream.embeddings.script(
      error(429, '', atOnce),
      error(503, '', { 'retry-after-ms': '1' }),
      { breakOff: true },
      {},
    );
    expect(await embed(['one'])).toHaveLength(1);
    expect(upstream.embeddings.requests).toHaveLength(4);
  });

  it('is given up after four tries', async () => {
    upstream.embeddings.always(error(500, 'down', atOnce));
    expect(await failure([])).toMatchObject({ retryable: true, message: expect.stringMatching(/HTTP 500: down$/) });
    expect(upstream.embeddings.requests).toHaveLength(4);
  });

  it('is waited for longer where the endpoint names no time', async () => {
    const startedAt = performance.now();
    upstream.embeddings.script(error(500), error(500));
    await embed(['one']);
    expect(performance.now() - startedAt).toBeGreaterThan((500 + 1000) * 0.75);
  });

  it.each(['3600', new Date(Date.now() + 3_600_000).toUTCString()])(
    'is not waited for as long as an endpoint may ask: %s',
    async (retryAfter) => {
      expect(await failure([error(429, 'later', { 'retry-after': retryAfter })])).toMatchObject({ retryable: true });
      expect(upstream.embeddings.requests).toHaveLength(1);
    },
  );

  it('is not a quota', async () => {
    const body = { error: { code: 'insufficient_quota', message: 'Your quota is used up.' } };
    await failure([{ error: { status: 429, body, headers: atOnce } }]);
    expect(upstream.embeddings.requests).toHaveLength(1);
  });

  it('is an error that comes with status 200 too', async () => {
    upstream.embeddings.script({ json: { error: { code: 429, message: 'slow down' } } });
    expect(await embed(['one'])).toHaveLength(1);
    expect(await failure([{ json: { error: { code: 404, message: 'no such model' } } }])).toMatchObject({
      retryable: false,
      message: expect.stringMatching(/HTTP 404: no such model$/),
    });
  });
});

describe('what does not pass', () => {
  it.each([401, 403, 404])('HTTP %i is told at once, without the key', async (status) => {
    const caught = await failure([error(status, 'not with sk-secret')], { apiKey: 'sk-secret' });
    expect(caught).toMatchObject({ name: 'EmbeddingError', retryable: false });
    expect(caught.message).not.toContain('secret');
    expect(upstream.embeddings.requests).toHaveLength(1);
  });

  it.each<[string, EmbeddingReply]>([
    ['too few vectors', { count: 0 }],
    ['other dimensions', { dimensions: 7 }],
    ['something else', { json: { choices: [] } }],
    ['no JSON', { error: { status: 200, body: '<html>' } }],
  ])('%s are a clear error', async (_, reply) => {
    expect(await failure([reply], { dimensions: 32 })).toMatchObject({ name: 'EmbeddingError', retryable: false });
    expect(upstream.embeddings.requests).toHaveLength(1);
  });

  it('refuses vectors that cannot be compared with those before', async () => {
    const embedder = embedderWith();
    const { signal } = new AbortController();
    await embedder.embed(['one'], { signal });
    upstream.embeddings.script({ dimensions: 7 });
    await expect(embedder.embed(['two'], { signal })).rejects.toThrow('7 dimensions where 256 are expected');
  });

  it('reads no more of an answer than fits in memory', async () => {
    const caught = await failure([{ error: { status: 200, body: 'x'.repeat(300 * 1024) } }]);
    expect(caught.message).toMatch(/answered with too much\.$/);
    expect((await failure([error(404, 'x'.repeat(2 ** 20))])).message.length).toBeLessThan(600);
  });

  it('says who cannot be reached', async () => {
    const nobody = embed(['one'], { baseUrl: 'http://127.0.0.1:9/v1', connectTimeoutMs: 100 });
    await expect(nobody).rejects.toMatchObject({
      retryable: true,
      message: 'The embeddings endpoint of http://127.0.0.1:9 could not be reached (ECONNREFUSED).',
    });
  });

  it('gives up on an endpoint that does not answer in time, and does not ask it twice', async () => {
    expect(await failure([{ hang: true }], { timeoutMs: 200 })).toMatchObject({
      retryable: true,
      message: `The embeddings endpoint of ${new URL(upstream.url).origin} did not answer in time.`,
    });
    expect(upstream.embeddings.requests).toHaveLength(1);
  });
});

describe('what is too much', () => {
  const texts = Array.from({ length: 40 }, (_, index) => `text ${index}`);
  const upTo = (most: number) =>
    upstream.embeddings.always(({ body }) =>
      body.input.length > most ? error(400, `batch size is larger than ${most}`) : {},
    );

  it('is sent in halves, in order, and in smaller parts from then on', async () => {
    upTo(10);
    const embedder = embedderWith();
    const { signal } = new AbortController();
    const vectors = await embedder.embed(texts, { signal });
    expect(sizes()).toEqual([40, 20, 10, 10, 20, 10, 10]);
    for (const [index, vector] of vectors.entries())
      expect(similarity(vector, embedText(texts[index] as string, 256))).toBeCloseTo(1, 5);
    await embedder.embed(texts, { signal });
    expect(sizes().slice(7)).toEqual([10, 10, 10, 10]);
  });

  it('is never sent: a request has at most 256 texts', async () => {
    await embed(Array.from({ length: 600 }, () => 'a'));
    expect(sizes()).toEqual([256, 256, 88]);
  });

  it('is cut where it is a single text, of which the parts make the vector', async () => {
    upstream.embeddings.always(({ body }) =>
      [body.input].flat().some((text) => text.length > 1000) ? error(400, 'exceeds the context length') : {},
    );
    const long = 'cat '.repeat(400) + 'dog '.repeat(400);
    const [vector] = await embed([long]);
    const toWord = (word: string): number => similarity(vector as Float32Array, embedText(word, 256));
    expect(toWord('cat')).toBeCloseTo(toWord('dog'), 2);
    expect(toWord('cat')).toBeGreaterThan(0.6);
    expect(Math.hypot(...(vector as Float32Array))).toBeCloseTo(1, 5);
  });

  it('is an error where nothing is left to cut', async () => {
    upTo(0);
    await expect(embed(['x'.repeat(1000)])).rejects.toThrow('batch size is larger than 0');
    expect(upstream.embeddings.requests.length).toBeLessThan(12);
  });
});

describe('a signal', () => {
  it('ends a request at the socket', async () => {
    const stop = new AbortController();
    upstream.embeddings.script({ hang: true });
    const waiting = embed(['one'], {}, stop.signal);
    await expect.poll(() => upstream.embeddings.requests.length).toBe(1);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await upstream.embeddings.requests[0]?.closed;
    expect(upstream.embeddings.requests[0]?.aborted).toBe(true);
  });

  it('ends the wait for the next try', async () => {
    const stop = new AbortController();
    upstream.embeddings.script(error(429, '', { 'retry-after': '15' }));
    const waiting = embed(['one'], {}, stop.signal);
    await expect.poll(() => upstream.embeddings.requests.length).toBe(1);
    await upstream.embeddings.requests[0]?.closed;
    setTimeout(() => stop.abort(new Error('enough')), 50);
    await expect(waiting).rejects.toThrow('enough');
    expect(upstream.embeddings.requests).toHaveLength(1);
  });

  it('that is aborted already sends nothing', async () => {
    await expect(embed(['one'], {}, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect(upstream.embeddings.requests).toEqual([]);
  });
});

describe('close', () => {
  it('ends what is under way, and may be called twice', async () => {
    upstream.embeddings.script({ hang: true });
    const embedder = embedderWith();
    const waiting = embedder.embed(['one'], { signal: new AbortController().signal });
    await expect.poll(() => upstream.embeddings.requests.length).toBe(1);
    const closing = embedder.close().then(() => embedder.close());
    await expect(waiting).rejects.toMatchObject({ name: 'EmbeddingError', retryable: true });
    await closing;
    expect(upstream.embeddings.requests).toHaveLength(1);
  });
});
