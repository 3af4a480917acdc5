import OpenAI, { toFile } from 'openai-v7';
import type { Sdk } from './sdk.ts';

export const openaiV7: Sdk = {
  major: 7,
  createClient: ({ apiKey = 'unused', ...options }) => new OpenAI({ apiKey, ...options }),
  toFile,
  requestIdOf: (error) => (error as InstanceType<typeof OpenAI.APIError>).requestID,
  errors: OpenAI,
};
