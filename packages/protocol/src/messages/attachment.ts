import { z } from 'zod';
import { boundedArray } from '../primitives/bounded-array.ts';
import { CodeInterpreterTool } from '../tools/assistant-tool.ts';

/** A file that comes with a message, and the tools it is given to. Same shape in requests and answers. */
export const Attachment = z.strictObject({
  file_id: z.string().exactOptional(),
  tools: boundedArray(
    z.discriminatedUnion('type', [CodeInterpreterTool, z.strictObject({ type: z.literal('file_search') })]),
    { max: 128 },
  ).exactOptional(),
});
export type Attachment = z.infer<typeof Attachment>;
