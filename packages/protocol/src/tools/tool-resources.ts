import { z } from 'zod';
import { mutuallyExclusive, overlapTooLarge } from '../errors/error-texts.ts';
import { refusal } from '../errors/refusal.ts';
import { Metadata } from '../metadata.ts';
import { boundedArray } from '../primitives/bounded-array.ts';
import { integer } from '../primitives/number.ts';

/** The files and vector stores the tools of an assistant, thread or run work with, as answers show them. */
export const ToolResources = z.object({
  code_interpreter: z.object({ file_ids: z.array(z.string()) }).exactOptional(),
  file_search: z.object({ vector_store_ids: z.array(z.string()) }).exactOptional(),
});
export type ToolResources = z.infer<typeof ToolResources>;

const CodeInterpreterResources = z.strictObject({ file_ids: boundedArray(z.string(), { max: 20 }).optional() });
const VectorStoreIds = boundedArray(z.string(), { max: 1 });

/** `tool_resources` of requests that change an object or create a run: existing files and stores only. */
export const UpdateToolResources = z.strictObject({
  code_interpreter: CodeInterpreterResources.optional(),
  file_search: z.strictObject({ vector_store_ids: VectorStoreIds.optional() }).optional(),
});
export type UpdateToolResources = z.infer<typeof UpdateToolResources>;

/** How files are cut before they are indexed. Sizes in tokens; the overlap is at most half the size. */
export const ChunkingStrategy = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('auto') }),
  z.strictObject({
    type: z.literal('static'),
    static: z
      .strictObject({
        max_chunk_size_tokens: integer({ min: 100, max: 4096 }),
        chunk_overlap_tokens: integer({ min: 0 }),
      })
      .check(({ value: { max_chunk_size_tokens: size, chunk_overlap_tokens: overlap }, issues }) => {
        const maxOverlap = Math.floor(size / 2);
        if (overlap > maxOverlap) {
          issues.push(
            refusal(overlap, (param) => overlapTooLarge(param, maxOverlap, overlap), ['chunk_overlap_tokens']),
          );
        }
      }),
  }),
]);
export type ChunkingStrategy = z.infer<typeof ChunkingStrategy>;

/** A vector store made together with the assistant or thread that uses it. */
export const VectorStoreHelper = z.strictObject({
  file_ids: boundedArray(z.string(), { max: 10_000 }).optional(),
  chunking_strategy: ChunkingStrategy.optional(),
  metadata: Metadata.nullish(),
});
export type VectorStoreHelper = z.infer<typeof VectorStoreHelper>;

/** `tool_resources` of requests that create an assistant or thread, which may create a vector store too. */
export const CreateToolResources = z.strictObject({
  code_interpreter: CodeInterpreterResources.optional(),
  file_search: z
    .strictObject({
      vector_store_ids: VectorStoreIds.optional(),
      vector_stores: boundedArray(VectorStoreHelper, { max: 1 }).optional(),
    })
    .check(({ value, issues }) => {
      if (value.vector_store_ids?.length && value.vector_stores?.length) {
        issues.push(
          refusal(value, (param) => mutuallyExclusive(`${param}.vector_stores`, `${param}.vector_store_ids`)),
        );
      }
    })
    .optional(),
});
export type CreateToolResources = z.infer<typeof CreateToolResources>;
