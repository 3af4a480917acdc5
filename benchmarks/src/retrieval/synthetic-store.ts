import type { RetrievalPort, SegmentSource } from '@cogitator-ai/openai-engine';
import { createRetrieval, type Embedder } from '@cogitator-ai/openai-retrieval';
import { Blobs, collect, fileOf, whole } from './blobs.ts';
import { randomNumbers, randomText, randomVector } from './random.ts';

/** Different texts; segments of the same text have different vectors. */
const TEXTS = 10;
/** With an overlap of half, a segment has about a hundred chunks of this many tokens. */
const CHUNKING = { maxTokens: 800, overlapTokens: 400 };
const WORDS = 13_000;
/** Enough for a hundred thousand chunks of 1,536 dimensions, in bytes. */
const CACHE_BYTES = 2 ** 30;

/** Segments with random vectors, which are also in a matrix. */
export interface SyntheticStore {
  readonly retrieval: RetrievalPort;
  readonly source: SegmentSource;
  readonly keys: readonly string[];
  /** One after another, in the order of segments and chunks. */
  readonly vectors: Float32Array;
  /** Where the vectors of each segment begin, in rows. */
  readonly firstRows: ReadonlyMap<string, number>;
  /** Vector of the next query. */
  setQuery(vector: Float32Array): void;
}

/** @param chunks - At least so many altogether. */
export async function createSyntheticStore(chunks: number, dimensions: number): Promise<SyntheticStore> {
  const signal = AbortSignal.timeout(3_600_000);
  const random = randomNumbers(chunks);
  let query: Float32Array | null = null;
  let rows = 0;
  let vectors = new Float32Array(0);
  const embedder: Embedder = {
    name: `random@${dimensions}`,
    embed: async (texts) =>
      texts.map(() => {
        if (query) return query;
        const vector = randomVector(dimensions, random);
        vectors.set(vector, rows++ * dimensions);
        return vector;
      }),
  };
  const texts = await wordsOnly(signal);
  // The last segment may have more than is wanted.
  vectors = new Float32Array((chunks + Math.max(...texts.map((text) => text.chunks))) * dimensions);
  const retrieval = createRetrieval({ embedder, cacheBytes: CACHE_BYTES });
  const blobs = new Blobs();
  const firstRows = new Map<string, number>();
  for (let index = 0; rows < chunks; index++) {
    const key = `segment-${index}`;
    const { bytes } = texts[index % TEXTS] as { bytes: Uint8Array };
    firstRows.set(key, rows);
    await blobs.put(key, await retrieval.embed(whole(bytes), { signal }));
  }
  return {
    retrieval,
    source: blobs,
    keys: blobs.keys,
    vectors: vectors.subarray(0, rows * dimensions),
    firstRows,
    setQuery: (vector) => {
      query = vector;
    },
  };
}

/** Segments without vectors. */
async function wordsOnly(signal: AbortSignal): Promise<{ bytes: Uint8Array; chunks: number }[]> {
  const retrieval = createRetrieval();
  const random = randomNumbers(2);
  const segments = [];
  for (let left = TEXTS; left > 0; left--) {
    const file = fileOf('file.txt', randomText(WORDS, random));
    const segment = await retrieval.ingest(file, { chunking: CHUNKING, signal });
    segments.push({ bytes: await collect(segment), chunks: segment.chunks });
  }
  await retrieval.close();
  return segments;
}
