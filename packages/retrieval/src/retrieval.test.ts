import { setTimeout } from 'node:timers/promises';
import { IngestionError, type Logger, type RetrievalPort, type SegmentSource } from '@cogitator-ai/openai-engine';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bytesOf, normalised } from '../test/stored-segments.ts';
import type { Embedder } from './embedder.ts';
import { createRetrieval, type RetrievalOptions } from './retrieval.ts';

const signal = AbortSignal.timeout(60_000);
const chunking = { maxTokens: 100, overlapTokens: 20 };
const ranking = { scoreThreshold: 0, weights: { embedding: 1, text: 1 } };

/** Knows what is about animals. */
const embedder: Embedder = {
  name: 'animals@2',
  embed: async (texts) => texts.map((text) => normalised(Float32Array.of(/cat|dog|pet/i.test(text) ? 1 : 0.1, 0.2))),
};
const failing: Embedder = { name: 'animals@2', embed: () => Promise.reject(new Error('The model is away.')) };

const byWords = { scoreThreshold: 0, weights: { embedding: 0, text: 1 } };
const open: RetrievalPort[] = [];
function retrievalWith(options: RetrievalOptions = {}): RetrievalPort {
  const retrieval = createRetrieval(options);
  open.push(retrieval);
  return retrieval;
}
afterEach(async () => {
  for (const retrieval of open.splice(0)) await retrieval.close();
});

function fileOf(text: string) {
  const bytes = Buffer.from(text);
  return {
    filename: 'file.txt',
    bytes: bytes.length,
    content: (async function* () {
      yield bytes;
    })(),
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes;
}

const sourceOf = (blobs: Record<string, Uint8Array>): SegmentSource => ({
  open: async (key, { range }) => {
    const blob = blobs[key];
    return blob ? once(blob.slice(range?.start, range?.end)) : null;
  },
});

async function textOf(retrieval: RetrievalPort, bytes: Uint8Array): Promise<string> {
  let text = '';
  for await (const part of retrieval.text(once(bytes))) text += part;
  return text;
}

const CATS = 'Our cat sleeps all day.\n';
const BRIDGE = 'The bridge was built in 1931 of steel.\n';

describe('retrieval', { timeout: 60_000 }, () => {
  it('makes files searchable, and gives back their text', async () => {
    const retrieval = retrievalWith({ embedder });
    const text = Array.from({ length: 200 }, (_, index) => `Sentence number ${index} is about the bridge.`).join(' ');
    const segment = await retrieval.ingest(fileOf(text), { chunking, signal });
    expect(segment).toMatchObject({ embedding: 'animals@2' });
    expect(segment.chunks).toBeGreaterThan(10);
    const bytes = await bytesOf(segment.content);
    expect(bytes).toHaveLength(segment.bytes);
    expect(await textOf(retrieval, bytes)).toBe(text);
    const [hit] = await retrieval.search(
      { segments: ['a'], source: sourceOf({ a: bytes }), queries: ['number 137'], limit: 1, ranking: byWords },
      { signal },
    );
    expect(hit!.text).toContain('number 137 ');
  });

  it('gives a segment vectors that has none, and else leaves it as it is', async () => {
    const words = retrievalWith();
    expect(words.embedding).toBeNull();
    const stored = await bytesOf((await words.ingest(fileOf(CATS + BRIDGE), { chunking, signal })).content);
    const retrieval = retrievalWith({ embedder });
    const upgraded = await retrieval.embed(once(stored), { signal });
    expect(upgraded).toMatchObject({ chunks: 1, embedding: 'animals@2' });
    const bytes = await bytesOf(upgraded.content);
    expect(await textOf(retrieval, bytes)).toBe(await textOf(words, stored));
    const search = { source: sourceOf({ a: bytes }), segments: ['a'], queries: ['pet'], limit: 5, ranking };
    expect(await retrieval.search(search, { signal })).toHaveLength(1);
    expect(await words.search(search, { signal })).toHaveLength(0);
    await expect(words.embed(once(stored), { signal })).rejects.toThrow('This server has no embedder.');
  });

  it('searches on by words when queries cannot be embedded, and says so once', async () => {
    const bytes = await bytesOf((await retrievalWith({ embedder }).ingest(fileOf(CATS), { chunking, signal })).content);
    const warn = vi.fn<Logger['warn']>();
    const logger: Logger = { debug() {}, info() {}, warn, error() {} };
    const retrieval = retrievalWith({ embedder: failing, logger });
    const search = { source: sourceOf({ a: bytes }), segments: ['a'], queries: ['cat'], limit: 5, ranking };
    for (const weights of [ranking.weights, { embedding: 1, text: 0 }])
      expect(await retrieval.search({ ...search, ranking: { ...ranking, weights } }, { signal })).toHaveLength(1);
    expect(warn).toHaveBeenCalledOnce();
  });

  it('fails as the embedder does when a file is made searchable, to be tried again', async () => {
    const ingesting = retrievalWith({ embedder: failing }).ingest(fileOf(CATS), { chunking, signal });
    const error = await ingesting.catch((reason: unknown) => reason);
    expect(IngestionError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({
      code: 'server_error',
      retryable: true,
      message: 'The file could not be embedded.',
      cause: expect.objectContaining({ message: 'The model is away.' }),
    });
  });

  it('says which segment cannot be given vectors', async () => {
    const retrieval = retrievalWith({ embedder });
    await expect(retrieval.embed(once(Buffer.alloc(1000)), { signal })).rejects.toMatchObject({
      code: 'server_error',
      message: 'The index of the file cannot be read.',
    });
  });

  it('embeds 64 chunks at a time, two calls at a time', async () => {
    let calls = 0;
    let most = 0;
    const sizes: number[] = [];
    const counted: Embedder = {
      name: 'counted',
      async embed(texts, options) {
        most = Math.max(most, ++calls);
        sizes.push(texts.length);
        await setTimeout(5);
        calls--;
        return embedder.embed(texts, options);
      },
    };
    const text = Array.from({ length: 3000 }, (_, index) => `This is the sentence number ${index}.`).join(' ');
    const segment = await retrievalWith({ embedder: counted }).ingest(fileOf(text), { chunking, signal });
    expect(most).toBe(2);
    expect(Math.max(...sizes)).toBe(64);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(segment.chunks);
  });

  it('ends what is under way when it is closed, and begins nothing', async () => {
    const retrieval = retrievalWith({
      embedder: { name: 'silent', embed: (_, { signal: ended }) => untilAborted(ended) },
    });
    const search = retrieval.search(
      { segments: [], source: sourceOf({}), queries: ['a'], limit: 1, ranking },
      { signal },
    );
    const ingesting = retrieval.ingest(fileOf(CATS), { chunking, signal });
    const settled = Promise.allSettled([search, ingesting]);
    await setTimeout(20);
    await retrieval.close();
    await retrieval.close();
    expect((await settled).map((each) => each.status === 'rejected' && String(each.reason))).toEqual([
      'Error: Retrieval is closed.',
      'Error: Retrieval is closed.',
    ]);
    await expect(retrieval.ingest(fileOf(CATS), { chunking, signal })).rejects.toThrow('Retrieval is closed.');
  });

  it('lets the event loop go on while it searches much', async () => {
    const texts = Array.from({ length: 400 }, (_, index) => `A sentence of the number ${index}.`).join(' ');
    const retrieval = retrievalWith({ embedder });
    const bytes = await bytesOf((await retrieval.ingest(fileOf(texts), { chunking, signal })).content);
    const keys = Array.from({ length: 600 }, (_, index) => `s${index}`);
    const source = sourceOf(Object.fromEntries(keys.map((key) => [key, bytes])));
    let rounds = 0;
    const timer = setInterval(() => rounds++, 1);
    const search = { segments: keys, source, queries: ['a sentence of the number'], limit: 10, ranking };
    await Promise.all(Array.from({ length: 8 }, () => retrieval.search(search, { signal })));
    rounds = 0;
    const started = performance.now();
    await Promise.all(Array.from({ length: 8 }, () => retrieval.search(search, { signal })));
    const elapsed = performance.now() - started;
    clearInterval(timer);
    expect(rounds).toBeGreaterThan(elapsed / 60);
  });
});

function untilAborted(ended: AbortSignal): Promise<never> {
  return new Promise((_, reject) => ended.addEventListener('abort', () => reject(ended.reason)));
}

it.each([
  [{ cacheBytes: 1000 }, 'cacheBytes'],
  [{ cacheBytes: Number.NaN }, 'cacheBytes'],
  [{ embedder: { ...embedder, name: 'n'.repeat(300) } }, 'name of the embedder'],
])('refuses %o', (options, message) => {
  expect(() => createRetrieval(options)).toThrow(message);
});
