import OpenAI, { AzureOpenAI, toFile } from 'openai-v5';
import type { Sdk } from './sdk.ts';

export const openaiV5: Sdk = {
  major: 5,
  createClient: ({ apiKey = 'unused', ...options }) => new OpenAI({ apiKey, ...options }),
  createAzureClient: (options) => new AzureOpenAI(options),
  toFile,
  requestIdOf: (error) => (error as InstanceType<typeof OpenAI.APIError>).requestID,
  errors: OpenAI,
};
