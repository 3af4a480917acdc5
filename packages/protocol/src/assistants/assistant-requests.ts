import { z } from 'zod';
import { Metadata } from '../metadata.ts';
import { ReasoningEffort } from '../models/reasoning-effort.ts';
import { Temperature, TopP } from '../models/sampling.ts';
import { text } from '../primitives/text.ts';
import { AssistantTools } from '../tools/assistant-tool.ts';
import { ResponseFormat } from '../tools/response-format.ts';
import { CreateToolResources, UpdateToolResources } from '../tools/tool-resources.ts';

/** Instructions of an assistant or a run. */
export const Instructions = text({ max: 256_000 });

const fields = {
  name: text({ max: 256 }).nullish(),
  description: text({ max: 512 }).nullish(),
  instructions: Instructions.nullish(),
  reasoning_effort: ReasoningEffort.nullish(),
  tools: AssistantTools.optional(),
  metadata: Metadata.nullish(),
  temperature: Temperature.nullish(),
  top_p: TopP.nullish(),
  response_format: ResponseFormat.nullish(),
};

/** Body of `POST /v1/assistants`. Source: OpenAPI CreateAssistantRequest. */
export const CreateAssistantRequest = z.strictObject({
  model: z.string().min(1),
  ...fields,
  tool_resources: CreateToolResources.nullish(),
});
export type CreateAssistantRequest = z.infer<typeof CreateAssistantRequest>;

/** Body of `POST /v1/assistants/{assistant_id}`: what is left out stays. Source: OpenAPI ModifyAssistantRequest. */
export const UpdateAssistantRequest = z.strictObject({
  model: z.string().min(1).optional(),
  ...fields,
  tool_resources: UpdateToolResources.nullish(),
});
export type UpdateAssistantRequest = z.infer<typeof UpdateAssistantRequest>;
