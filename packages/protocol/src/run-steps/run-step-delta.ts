import { z } from 'zod';

/** What is added to one tool call; `index` is its place in `tool_calls`. `id` and `name` come once, in its first delta. */
export const StepToolCallDelta = z.discriminatedUnion('type', [
  z.object({
    index: z.int(),
    id: z.string().exactOptional(),
    type: z.literal('function'),
    function: z
      .object({
        name: z.string().exactOptional(),
        arguments: z.string().exactOptional(),
        output: z.string().nullable().exactOptional(),
      })
      .exactOptional(),
  }),
  z.object({
    index: z.int(),
    id: z.string().exactOptional(),
    type: z.literal('code_interpreter'),
    code_interpreter: z
      .object({
        input: z.string().exactOptional(),
        outputs: z
          .array(
            z.discriminatedUnion('type', [
              z.object({ index: z.int(), type: z.literal('logs'), logs: z.string().exactOptional() }),
              z.object({
                index: z.int(),
                type: z.literal('image'),
                image: z.object({ file_id: z.string().exactOptional() }).exactOptional(),
              }),
            ]),
          )
          .exactOptional(),
      })
      .exactOptional(),
  }),
  z.object({
    index: z.int(),
    id: z.string().exactOptional(),
    type: z.literal('file_search'),
    file_search: z.object({
      ranking_options: z
        .object({ ranker: z.literal('default_2024_08_21'), score_threshold: z.number() })
        .exactOptional(),
      /** Empty in deltas; the results come with the completed step. */
      results: z.array(z.never()),
    }),
  }),
]);
export type StepToolCallDelta = z.infer<typeof StepToolCallDelta>;

/** Data of `thread.run.step.delta`. Source: OpenAPI RunStepDeltaObject. */
export const RunStepDelta = z.object({
  id: z.string(),
  object: z.literal('thread.run.step.delta'),
  delta: z.object({
    step_details: z.object({ type: z.literal('tool_calls'), tool_calls: z.array(StepToolCallDelta) }),
  }),
});
export type RunStepDelta = z.infer<typeof RunStepDelta>;
