import type { FileSearchRankingOptions, FileSearchResult, FileSearchStepToolCall } from '@cogitator-ai/openai-protocol';
import type { FoundChunk } from '../vector-stores/search-stores.ts';

/** What came of a search that the model asked for. */
export type SearchAnswer =
  /** `number` is the search's in its run: markers name a chunk by it and by the chunk's place. */
  | { readonly number: number; readonly chunks: readonly FoundChunk[] }
  /** Why there was none, in words for the model. */
  | { readonly error: string };

/** A search as it is remembered: the wire shows neither its arguments nor, unless asked, the texts it found. */
export interface Search {
  /** JSON text as the model wrote it. */
  readonly arguments: string;
  /** `null`: it has not been answered yet. */
  readonly answer: SearchAnswer | null;
}

/** The searches of a step by the ids of their calls. */
export type Searches = Readonly<Record<string, Search>>;

/** The first search of a run; each further one has the next number. That of recorded traffic. */
export const FIRST_SEARCH = 4;

/** What may not be part of a name within a marker. */
const RESERVED = /[【】†\n]/g;
/** How much of a name a marker has, in UTF-16 units: less than is understood. */
const MAX_NAME = 200;

/** The marker by which the model cites a chunk. */
function markerOf(search: number, chunk: number, filename: string): string {
  // Without the half of a character that is cut.
  const name = filename.slice(0, MAX_NAME).replace(/[\ud800-\udbff]$/, '');
  return `【${search}:${chunk}†${name.replaceAll(RESERVED, '_')}】`;
}

/** The answer as the model is given it: each chunk behind its marker. */
export function toToolOutput(answer: SearchAnswer): string {
  if ('error' in answer) return `Error: ${answer.error}`;
  const { number, chunks } = answer;
  if (chunks.length === 0) return 'Nothing was found.';
  const found = chunks.map(({ filename, text }, index) => `${markerOf(number, index, filename)}\n${text}`);
  return `${found.join('\n\n')}\n\nCite what you use by its marker, unchanged, right behind the statement that rests on it.`;
}

/** The call as a step shows it. */
export function toStepToolCall(
  id: string,
  answer: SearchAnswer | null,
  ranking: FileSearchRankingOptions,
): FileSearchStepToolCall {
  const chunks = answer && 'chunks' in answer ? answer.chunks : [];
  return {
    id,
    type: 'file_search',
    file_search: {
      ranking_options: { ranker: 'default_2024_08_21', score_threshold: ranking.score_threshold },
      results: chunks.map(toResult),
    },
  };
}

function toResult({ fileId, filename, score, attributes }: FoundChunk): FileSearchResult {
  return { file_id: fileId, file_name: filename, score, attributes };
}
