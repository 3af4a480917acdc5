import { z } from 'zod';

/** A model as `GET /v1/models/{model}` shows it; `created` in Unix seconds. */
export const Model = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
});
export type Model = z.infer<typeof Model>;

/** Answer of `GET /v1/models`. It has no pages. */
export const ModelList = z.object({ object: z.literal('list'), data: z.array(Model) });
export type ModelList = z.infer<typeof ModelList>;
