import OpenAI, { AzureOpenAI, toFile } from 'openai-v7';
import type { Sdk } from './sdk.ts';

export const openaiV7: Sdk = {
  major: 7,
  createClient: ({ apiKey = 'unused', ...options }) => new OpenAI({ apiKey, ...options }),
  createAzureClient: (options) => new AzureOpenAI(options),
  toFile,
  requestIdOf: (error) => (error as InstanceType<typeof OpenAI.APIError>).requestID,
  errors: OpenAI,
};
