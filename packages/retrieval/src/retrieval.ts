import { IngestionError, type Logger, type RetrievalPort, type Segment } from '@cogitator-ai/openai-engine';
import { createAtTimes } from './at-times.ts';
import type { Embedder } from './embedder.ts';
import { FileReader } from './ingest/file-reader.ts';
import { embedQueries } from './search/embed-queries.ts';
import { buildLexicalIndex } from './search/lexical-index.ts';
import { searchSegments } from './search/search-segments.ts';
import { MIN_CACHE_BYTES, SegmentCache } from './search/segment-cache.ts';
import { createTurns } from './search/turns.ts';
import { embedChunks } from './segments/embed-chunks.ts';
import { readChunksOf, readText, type StoredChunks } from './segments/read-segment.ts';
import { SegmentError } from './segments/segment-error.ts';
import { MAX_NAME_BYTES } from './segments/segment-layout.ts';
import { type SegmentParts, writeSegment } from './segments/write-segment.ts';

const DEFAULT_CACHE_BYTES = 512 * 2 ** 20;

export interface RetrievalOptions {
  /** Makes vectors of texts. Default none: searches are by words alone. */
  embedder?: Embedder;
  /** Most memory for what is searched, in bytes, at least 1 MiB; of more than 4 GiB 4 GiB are used. Default 512 MiB. */
  cacheBytes?: number;
  /** Told, at most once a minute, that queries cannot be embedded or segments cannot be read. Default nobody. */
  logger?: Logger;
}

/**
 * Retrieval in this process: files are read by processes that may do nothing else, segments are searched in memory, exactly.
 *
 * @throws `RangeError` for a size of the cache that is none, or an embedder whose name has more than 256 bytes.
 */
export function createRetrieval({
  embedder,
  cacheBytes = DEFAULT_CACHE_BYTES,
  logger,
}: RetrievalOptions = {}): RetrievalPort {
  if (!Number.isSafeInteger(cacheBytes) || cacheBytes < MIN_CACHE_BYTES)
    throw new RangeError(`cacheBytes must be a whole number of at least ${MIN_CACHE_BYTES}.`);
  if (embedder && Buffer.byteLength(embedder.name) > MAX_NAME_BYTES)
    throw new RangeError(`The name of the embedder must have at most ${MAX_NAME_BYTES} bytes.`);
  const turns = createTurns();
  const reader = new FileReader();
  const embedding = embedder?.name ?? null;
  const cache = new SegmentCache({ bytes: cacheBytes, embedding, turns });
  const closing = new AbortController();
  const atTimes = { embedding: createAtTimes(), damage: createAtTimes() };

  const untilClosed = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, closing.signal]);

  async function write(parts: SegmentParts): Promise<Segment> {
    try {
      return await writeSegment(parts, turns);
    } catch (error) {
      if (!(error instanceof SegmentError)) throw error;
      throw new IngestionError('invalid_file', 'The file could not be parsed because it is too large.', {
        cause: error,
      });
    }
  }

  return {
    embedding,

    async ingest(file, { chunking, signal: caller }) {
      const signal = untilClosed(caller);
      const chunks = await reader.read(file, { chunking, signal });
      const [words, vectors] = await Promise.all([
        buildLexicalIndex(
          chunks.map(({ text }) => text),
          turns,
        ),
        embedder ? embedChunks(embedder, chunks, { turns, signal }) : null,
      ]);
      return write({ chunks, words, vectors });
    },

    async embed(segment, { signal: caller }) {
      const signal = untilClosed(caller);
      if (!embedder) throw new IngestionError('server_error', 'This server has no embedder.');
      const { chunks, words } = await readStored(segment, signal);
      return write({ chunks, words, vectors: await embedChunks(embedder, chunks, { turns, signal }) });
    },

    text: readText,

    async search(request, { signal: caller }) {
      const signal = untilClosed(caller);
      signal.throwIfAborted();
      const { queries, ranking } = request;
      const vectors =
        embedder && ranking.weights.embedding > 0
          ? await embedQueries(embedder, queries, {
              signal,
              onFailure: (err) =>
                atTimes.embedding(() => logger?.warn({ err }, 'Queries cannot be embedded; searches go on by words.')),
            })
          : null;
      const onDamage = (segment: string, err: SegmentError): void =>
        atTimes.damage(() => logger?.error({ segment, err }, 'A segment cannot be read; searches go on without it.'));
      return searchSegments({ cache, turns, onDamage }, request, { vectors, signal });
    },

    async close() {
      closing.abort(new Error('Retrieval is closed.'));
      reader.close();
    },
  };
}

async function readStored(segment: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<StoredChunks> {
  try {
    return await readChunksOf(segment, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SegmentError)) throw error;
    throw new IngestionError('server_error', 'The index of the file cannot be read.', { cause: error });
  }
}
