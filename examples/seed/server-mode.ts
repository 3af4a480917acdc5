// Server mode: a runtime with a tool, served as an Assistants API. `client-mode.ts` talks to it.

import { createOpenAIServer } from '@cogitator-ai/openai-compat';
import { Cogitator, tool } from '@cogitator-ai/core';
import { z } from 'zod';

const calculator = tool({
  name: 'calculator',
  description: 'Perform calculations',
  parameters: z.object({
    expression: z.string(),
  }),
  execute: async ({ expression }) => eval(expression).toString(),
});

const cogitator = new Cogitator({
  defaultModel: 'openai/gpt-4o-mini',
});

export const server = createOpenAIServer(cogitator, {
  port: Number(process.env.PORT ?? 8080),
  tools: [calculator],
  apiKeys: ['sk-my-secret-key'],
});

await server.start();
