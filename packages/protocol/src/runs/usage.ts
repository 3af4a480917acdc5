import { z } from 'zod';

/** Tokens of a step, or of all steps of a run. The singular `prompt_token_details` is the wire's own. */
export const Usage = z.object({
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  total_tokens: z.int(),
  prompt_token_details: z.object({ cached_tokens: z.int() }),
  completion_tokens_details: z.object({ reasoning_tokens: z.int() }),
});
export type Usage = z.infer<typeof Usage>;
