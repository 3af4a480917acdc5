import type { AttributeFilter, Attributes } from '@cogitator-ai/openai-protocol';
import type { StoredRecord } from '@cogitator-ai/openai-storage';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import type { Ranking } from '../ports/retrieval-port.ts';
import { parseRecord } from '../records/parse-record.ts';
import { matchesFilter } from './matches-filter.ts';
import { assertNotExpired, getStore } from './require-store.ts';
import type { SegmentRecord } from './segment-record.ts';
import { storeState, used, writeStore } from './stored-store.ts';

/** A search of vector stores. */
export interface StoreSearch {
  /** Stores that do not exist have nothing to be found. */
  readonly storeIds: readonly string[];
  /** At least one, none empty. */
  readonly queries: readonly string[];
  /** Which files are searched. Default all. */
  readonly filter?: AttributeFilter | null | undefined;
  /** Most chunks, at least 1. */
  readonly limit: number;
  readonly ranking: Ranking;
  readonly signal: AbortSignal;
}

/** A chunk of a file that was found. */
export interface FoundChunk {
  readonly fileId: string;
  readonly filename: string;
  readonly attributes: Attributes;
  /** 0 to 1. */
  readonly score: number;
  readonly text: string;
}

/**
 * Searches vector stores, which counts as their being used.
 *
 * @returns Chunks, best first. What was deleted before the call, on any process, is not among them.
 * @throws `ApiError` 400 for a store that has expired.
 */
export async function searchStores(
  context: EngineContext,
  { storeIds, queries, filter, limit, ranking, signal }: StoreSearch,
): Promise<FoundChunk[]> {
  const { storage, retrieval } = context;
  const records = await Promise.all(storeIds.map((storeId) => getStore(storage, storeId)));
  const stores = records.filter((record) => record !== null);
  for (const record of stores) await assertNotExpired(storage, record);
  await Promise.all(stores.map((record) => touch(context, record)));
  if (!retrieval) return [];
  const now = unixSeconds();
  const searched = (await Promise.all(stores.map((record) => segmentsOf(context, record))))
    .flat()
    .filter(
      ({ attributes, file_expires_at: expiresAt }) =>
        (expiresAt === null || expiresAt > now) && (!filter || matchesFilter(attributes, filter)),
    );
  if (searched.length === 0) return [];
  const byId = new Map(oneOfEachFile(searched).map((segment) => [segment.id, segment]));
  const hits = await retrieval.search(
    {
      segments: [...byId.keys()],
      source: {
        open: async (key, options) => (await storage.blobs.get(key, options))?.content ?? null,
      },
      queries,
      limit,
      ranking,
    },
    { signal },
  );
  return hits.flatMap(({ segment: id, score, text }) => {
    const segment = byId.get(id);
    if (!segment) return [];
    const { file_id: fileId, filename, attributes } = segment;
    return { fileId, filename, attributes, score, text };
  });
}

/** A file may be in both stores of a run. */
function oneOfEachFile(segments: readonly SegmentRecord[]): SegmentRecord[] {
  const known = new Set<string>();
  return segments.filter(({ file_id: fileId }) => !known.has(fileId) && known.add(fileId));
}

async function segmentsOf(
  { segments, upgrader }: EngineContext,
  record: StoredRecord<'vector_store'>,
): Promise<readonly SegmentRecord[]> {
  const found = await segments.of(record);
  upgrader.offer(record.key.id, found);
  return found;
}

/** Notes that a store is used, at most once a second. Others may do so as well: then it is noted. */
async function touch({ storage, logger }: EngineContext, record: StoredRecord<'vector_store'>): Promise<void> {
  const store = parseRecord(record);
  if (store.last_active_at === unixSeconds()) return;
  try {
    await storage.commit({
      checks: [{ check: 'version', key: record.key, version: record.version }],
      writes: [await writeStore(storage, 'put', used(store), storeState(record))],
    });
  } catch (err) {
    logger.warn({ storeId: store.id, err }, 'The use of a vector store could not be noted.');
  }
}
