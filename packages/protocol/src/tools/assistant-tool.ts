import { z } from 'zod';
import { boundedArray } from '../primitives/bounded-array.ts';
import { decimal, integer } from '../primitives/number.ts';
import { FunctionDefinition } from './function-definition.ts';

export const CodeInterpreterTool = z.strictObject({ type: z.literal('code_interpreter') });
export type CodeInterpreterTool = z.infer<typeof CodeInterpreterTool>;

/** How search results are ranked. Results below `score_threshold` (0 to 1) are dropped. */
export const FileSearchRankingOptions = z.strictObject({
  ranker: z.enum(['auto', 'default_2024_08_21']).exactOptional(),
  score_threshold: decimal({ min: 0, max: 1 }),
});
export type FileSearchRankingOptions = z.infer<typeof FileSearchRankingOptions>;

export const FileSearchTool = z.strictObject({
  type: z.literal('file_search'),
  file_search: z
    .strictObject({
      max_num_results: integer({ min: 1, max: 50 }).exactOptional(),
      ranking_options: FileSearchRankingOptions.exactOptional(),
    })
    .exactOptional(),
});
export type FileSearchTool = z.infer<typeof FileSearchTool>;

export const FunctionTool = z.strictObject({ type: z.literal('function'), function: FunctionDefinition });
export type FunctionTool = z.infer<typeof FunctionTool>;

/** A tool of an assistant or a run. */
export const AssistantTool = z.discriminatedUnion('type', [CodeInterpreterTool, FunctionTool, FileSearchTool]);
export type AssistantTool = z.infer<typeof AssistantTool>;

/** The tools of a request. */
export const AssistantTools = boundedArray(AssistantTool, { max: 128 });
