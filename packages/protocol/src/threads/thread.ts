import { z } from 'zod';
import { Metadata } from '../metadata.ts';
import { ToolResources } from '../tools/tool-resources.ts';

/** Source: OpenAPI ThreadObject; keys and order from recorded traffic. */
export const Thread = z.object({
  id: z.string(),
  object: z.literal('thread'),
  created_at: z.int(),
  metadata: Metadata,
  tool_resources: ToolResources,
});
export type Thread = z.infer<typeof Thread>;
