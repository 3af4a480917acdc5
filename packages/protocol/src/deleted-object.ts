import { z } from 'zod';

/** Answer of every deletion. */
export const DeletedObject = z.object({
  id: z.string(),
  object: z.enum([
    'assistant.deleted',
    'thread.deleted',
    'thread.message.deleted',
    'file',
    'model',
    'vector_store.deleted',
    'vector_store.file.deleted',
  ]),
  deleted: z.literal(true),
});
export type DeletedObject = z.infer<typeof DeletedObject>;
