import type { Ranking } from '@cogitator-ai/openai-engine';
import { percentile } from '../process/machine.ts';
import { createExactScan } from './exact-scan.ts';
import { randomNumbers, randomVector, randomWord } from './random.ts';
import { createSyntheticStore, type SyntheticStore } from './synthetic-store.ts';

const BY: Readonly<Record<'meaning' | 'words' | 'both', Ranking['weights']>> = {
  meaning: { embedding: 1, text: 0 },
  words: { embedding: 0, text: 1 },
  both: { embedding: 1, text: 1 },
};
/** Words of a query. */
const WORDS = 8;

/** Of calls of one kind, in ms; the CPU is that of the whole process. */
class Times {
  readonly wall: number[] = [];
  readonly cpu: number[] = [];

  async measure<T>(call: () => T): Promise<Awaited<T>> {
    const [startedAt, before] = [performance.now(), process.cpuUsage()];
    const result = await call();
    const { user, system } = process.cpuUsage(before);
    this.wall.push(performance.now() - startedAt);
    this.cpu.push((user + system) / 1000);
    return result;
  }
}

interface Measured {
  readonly scan: Times;
  readonly meaning: Times;
  readonly words: Times;
  readonly both: Times;
  /** Of the ten nearest, those that were found, 0 to 1. */
  readonly recall: number;
}

/** Prints what a query costs in stores of these sizes, beside an exact scan of one matrix in the same rounds. */
export async function measureQueries(sizes: readonly number[], dimensions: number, rounds: number): Promise<void> {
  console.log(`\nQueries for 10 chunks of ${dimensions} dimensions, in segments of about 100; ms`);
  console.log('Ratios are those of the p50 of searches by meaning to that of the bare scan, of time and of CPU\n');
  console.log(
    '  chunks    scan p50   meaning p50     p99   ratio  of CPU   words p50     p99   both p50     p99   recall@10   memory',
  );
  for (const size of sizes) {
    const store = await createSyntheticStore(size, dimensions);
    const before = process.memoryUsage.rss();
    await search(store, 'load', BY.both);
    const memory = process.memoryUsage.rss() - before;
    const measured = await measure(store, { dimensions, rounds });
    await store.retrieval.close();
    print(size, memory, measured);
  }
}

async function measure(
  store: SyntheticStore,
  { dimensions, rounds }: { dimensions: number; rounds: number },
): Promise<Measured> {
  const random = randomNumbers(3);
  const scan = await createExactScan(store.vectors, dimensions);
  let found = 0;
  const round = async (measured: Omit<Measured, 'recall'>): Promise<void> => {
    const vector = randomVector(dimensions, random);
    const query = Array.from({ length: WORDS }, () => randomWord(random)).join(' ');
    store.setQuery(vector);
    await measured.scan.measure(() => scan(vector));
    const hits = await measured.meaning.measure(() => search(store, query, BY.meaning));
    await measured.words.measure(() => search(store, query, BY.words));
    await measured.both.measure(() => search(store, query, BY.both));
    const nearest = new Set(bruteForce(store.vectors, vector));
    found += hits.filter(({ segment, chunk }) => nearest.has((store.firstRows.get(segment) ?? 0) + chunk)).length;
  };
  const fresh = () => ({ scan: new Times(), meaning: new Times(), words: new Times(), both: new Times() });
  // Until the code is compiled.
  const warmUp = fresh();
  for (let left = Math.max(10, rounds / 4); left > 0; left--) await round(warmUp);
  const measured = fresh();
  found = 0;
  for (let left = rounds; left > 0; left--) await round(measured);
  return { ...measured, recall: found / rounds / 10 };
}

function print(size: number, memory: number, { scan, meaning, words, both, recall }: Measured): void {
  const ratio = (of: 'wall' | 'cpu'): string => (percentile(meaning[of], 50) / percentile(scan[of], 50)).toFixed(2);
  const time = ({ wall }: Times, percent: number): string => percentile(wall, percent).toFixed(2);
  const cells = [
    size.toLocaleString('en').padStart(8),
    time(scan, 50).padStart(12),
    time(meaning, 50).padStart(14),
    time(meaning, 99).padStart(8),
    ratio('wall').padStart(8),
    ratio('cpu').padStart(8),
    time(words, 50).padStart(12),
    time(words, 99).padStart(8),
    time(both, 50).padStart(11),
    time(both, 99).padStart(8),
    recall.toFixed(3).padStart(12),
    `${(memory / 2 ** 20).toFixed(0)} MiB`.padStart(9),
  ];
  console.log(cells.join(''));
}

function search({ retrieval, source, keys }: SyntheticStore, query: string, weights: Ranking['weights']) {
  return retrieval.search(
    { segments: keys, source, queries: [query], limit: 10, ranking: { scoreThreshold: 0, weights } },
    { signal: AbortSignal.timeout(60_000) },
  );
}

/** The ten nearest, by comparison of every number. */
function bruteForce(vectors: Float32Array, query: Float32Array): number[] {
  const best: { row: number; score: number }[] = [];
  for (let row = 0; row < vectors.length / query.length; row++) {
    let score = 0;
    for (let index = 0, at = row * query.length; index < query.length; index++, at++)
      score += (vectors[at] as number) * (query[index] as number);
    if (best.length === 10 && score <= (best[9]?.score ?? 0)) continue;
    const at = best.findIndex((each) => each.score < score);
    best.splice(at < 0 ? best.length : at, 0, { row, score });
    best.length = Math.min(10, best.length);
  }
  return best.map(({ row }) => row);
}
