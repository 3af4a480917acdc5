import OpenAI, { AzureOpenAI, toFile } from 'openai-v6';
import type { Sdk } from './sdk.ts';

export const openaiV6: Sdk = {
  major: 6,
  createClient: ({ apiKey = 'unused', ...options }) => new OpenAI({ apiKey, ...options }),
  createAzureClient: (options) => new AzureOpenAI(options),
  toFile,
  requestIdOf: (error) => (error as InstanceType<typeof OpenAI.APIError>).requestID,
  errors: OpenAI,
};
