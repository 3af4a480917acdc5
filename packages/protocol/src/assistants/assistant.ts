import { z } from 'zod';
import { Metadata } from '../metadata.ts';
import { ReasoningEffort } from '../models/reasoning-effort.ts';
import { AssistantTool } from '../tools/assistant-tool.ts';
import { ResponseFormat } from '../tools/response-format.ts';
import { ToolResources } from '../tools/tool-resources.ts';

/** Source: OpenAPI AssistantObject; keys and order from recorded traffic. */
export const Assistant = z.object({
  id: z.string(),
  object: z.literal('assistant'),
  created_at: z.int(),
  name: z.string().nullable(),
  description: z.string().nullable(),
  model: z.string(),
  instructions: z.string().nullable(),
  tools: z.array(AssistantTool),
  top_p: z.number().nullable(),
  temperature: z.number().nullable(),
  reasoning_effort: ReasoningEffort.nullable(),
  tool_resources: ToolResources,
  metadata: Metadata,
  response_format: ResponseFormat,
});
export type Assistant = z.infer<typeof Assistant>;
