import { IngestionError, type RetrievalPort, type Segment } from '@cogitator-ai/openai-engine';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** A retrieval whose pace and failures a test decides. It finds paragraphs that share words with a query. */
export interface HeldRetrieval extends RetrievalPort {
  embedding: string | null;
  /** Names of the files that were begun, in order. */
  readonly begun: string[];
  /** Names of the files that wait until {@link HeldRetrieval.release}; all of them where it is `true`. */
  held: ReadonlySet<string> | boolean;
  release(): void;
  /** How many more attempts fail in a way that may pass. */
  failures: number;
  /** How often segments were embedded anew. */
  embedded: number;
}

interface Stored {
  readonly chunks: readonly string[];
}

/** Files named `*.exe` are not supported, those named `*.broken` cannot be read. */
export function createHeldRetrieval(): HeldRetrieval {
  const wordsOf = (value: string): Set<string> => new Set(value.toLowerCase().match(/[\p{L}\p{N}]+/gu));
  const load = async (content: AsyncIterable<Uint8Array>) => JSON.parse(await text(content)) as Stored;
  const retrieval: HeldRetrieval = {
    embedding: null,
    begun: [],
    held: false,
    failures: 0,
    embedded: 0,
    release: () => (retrieval.held = false),

    async ingest({ filename, content }, { chunking, signal }) {
      retrieval.begun.push(filename);
      if (filename.endsWith('.exe')) throw new IngestionError('unsupported_file', 'The file type is not supported.');
      if (filename.endsWith('.broken')) throw new IngestionError('invalid_file', 'The file could not be parsed.');
      while (retrieval.held === true || (retrieval.held && retrieval.held.has(filename))) {
        await sleep(5, undefined, { signal });
      }
      if (retrieval.failures > 0) {
        retrieval.failures--;
        throw new IngestionError('server_error', 'The text could not be embedded.');
      }
      const paragraphs = (await text(content)).split('\n\n').filter((paragraph) => paragraph !== '');
      return toSegment({ chunks: paragraphs.map((each) => each.slice(0, chunking.maxTokens)) }, retrieval.embedding);
    },

    async embed(segment) {
      const stored = await load(segment);
      retrieval.embedded++;
      return toSegment(stored, retrieval.embedding);
    },

    async *text(segment) {
      yield* (await load(segment)).chunks;
    },

    async search({ segments, source, queries, limit, ranking }, { signal }) {
      const hits = [];
      for (const key of segments) {
        const content = await source.open(key, { signal });
        for (const [chunk, each] of content ? (await load(content)).chunks.entries() : []) {
          const words = wordsOf(each);
          const scores = queries.map((query) => {
            const asked = [...wordsOf(query)];
            return asked.filter((word) => words.has(word)).length / Math.max(1, asked.length);
          });
          const score = Math.max(...scores);
          if (score > 0 && score >= ranking.scoreThreshold) hits.push({ segment: key, chunk, score, text: each });
        }
      }
      return hits.toSorted((a, b) => b.score - a.score).slice(0, limit);
    },

    close: () => Promise.resolve(),
  };
  return retrieval;
}

function toSegment(stored: Stored, embedding: string | null): Segment {
  const bytes = Buffer.from(JSON.stringify(stored));
  return {
    content: (async function* () {
      yield bytes;
    })(),
    bytes: bytes.length,
    chunks: stored.chunks.length,
    embedding,
  };
}
