import type { Ranking, RetrievalPort } from '@cogitator-ai/openai-engine';
import { createOpenAICompatibleEmbedder } from '@cogitator-ai/openai-models';
import { createRetrieval, type Embedder } from '@cogitator-ai/openai-retrieval';
import { embedText } from '@cogitator-ai/tests-upstream';
import { Blobs, collect, fileOf, whole } from './blobs.ts';
import { DOCUMENTS, type Question, QUESTIONS } from './labelled/index.ts';
import { ndcgAt, recallAt } from './labelled/metrics.ts';

/** Smaller than by default, so that documents have several chunks. */
const CHUNKING = { maxTokens: 200, overlapTokens: 100 };
/** Of chunks; ten documents are among them. */
const LIMIT = 50;
/** Documents that are read at a time. */
const READERS = 2;
const WEIGHTS: Readonly<Record<string, Ranking['weights']>> = {
  words: { embedding: 0, text: 1 },
  meaning: { embedding: 1, text: 0 },
  both: { embedding: 1, text: 1 },
};

/** Knows words and their parts, and nothing of meaning. */
const byParts: Embedder = {
  name: 'words-and-trigrams@1024',
  embed: async (texts) => texts.map((text) => embedText(text, 1024)),
};

interface Quality {
  readonly question: Question;
  readonly recall: number;
  readonly ndcg: number;
}

/**
 * Prints how well the labelled questions are answered: with an embedder that knows nothing of meaning, and with that of
 * `EMBEDDINGS_URL` and `EMBEDDINGS_MODEL` (`EMBEDDINGS_API_KEY`), where they are set.
 */
export async function measureRanking(): Promise<void> {
  const { EMBEDDINGS_URL: baseUrl, EMBEDDINGS_MODEL: model, EMBEDDINGS_API_KEY: apiKey } = process.env;
  console.log(`\nRanking: ${QUESTIONS.length} questions about ${DOCUMENTS.length} documents; recall@10 / nDCG@10`);
  const documents = await readDocuments();
  await measureEmbedder(byParts, documents);
  if (baseUrl === undefined || model === undefined) return;
  const embedder = createOpenAICompatibleEmbedder({ baseUrl, model, ...(apiKey !== undefined && { apiKey }) });
  try {
    await measureEmbedder(embedder, documents);
  } finally {
    await embedder.close();
  }
}

/** Segments without vectors, by the ids of the documents. */
async function readDocuments(): Promise<ReadonlyMap<string, Uint8Array>> {
  const retrieval = createRetrieval();
  const signal = AbortSignal.timeout(600_000);
  const segments = new Map<string, Uint8Array>();
  const left = DOCUMENTS.values();
  const read = async (): Promise<void> => {
    for (const { id, filename, text } of left)
      segments.set(id, await collect(await retrieval.ingest(fileOf(filename, text), { chunking: CHUNKING, signal })));
  };
  await Promise.all(Array.from({ length: READERS }, read));
  await retrieval.close();
  return segments;
}

async function measureEmbedder(embedder: Embedder, documents: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const retrieval = createRetrieval({ embedder });
  const blobs = new Blobs();
  const signal = AbortSignal.timeout(600_000);
  for (const [id, segment] of documents) await blobs.put(id, await retrieval.embed(whole(segment), { signal }));
  const kinds = [...new Set(QUESTIONS.map(({ kind }) => kind))];
  console.log(`\n${embedder.name}\n`);
  console.log(`by       ${['all', ...kinds].map((name) => name.padStart(16)).join('')}`);
  for (const [name, weights] of Object.entries(WEIGHTS)) {
    const answers: Quality[] = [];
    for (const question of QUESTIONS) answers.push(await ask(retrieval, blobs, question, weights));
    const ofKinds = kinds.map((kind) => answers.filter(({ question }) => question.kind === kind));
    console.log(`${name.padEnd(9)}${[answers, ...ofKinds].map(cell).join('')}`);
  }
  await retrieval.close();
}

async function ask(
  retrieval: RetrievalPort,
  blobs: Blobs,
  question: Question,
  weights: Ranking['weights'],
): Promise<Quality> {
  const hits = await retrieval.search(
    {
      segments: blobs.keys,
      source: blobs,
      queries: [question.text],
      limit: LIMIT,
      ranking: { scoreThreshold: 0, weights },
    },
    { signal: AbortSignal.timeout(60_000) },
  );
  const ranked = hits.map(({ segment }) => segment);
  return {
    question,
    recall: recallAt(10, ranked, question.relevant),
    ndcg: ndcgAt(10, ranked, question.relevant),
  };
}

function cell(answers: readonly Quality[]): string {
  const mean = (of: 'recall' | 'ndcg'): string =>
    (answers.reduce((sum, answer) => sum + answer[of], 0) / answers.length).toFixed(3);
  return `${mean('recall')} / ${mean('ndcg')}`.padStart(16);
}
