import type { OpenAICompatibleOptions } from '../openai-compatible/openai-compatible-model.ts';

/** An endpoint that speaks chat completions and that environment variables are enough to use. */
export interface KnownProvider {
  readonly name: string;
  /** Absent where every installation has its own. */
  readonly baseUrl?: string;
  /** Variables that may hold the key; the first that is set counts. */
  readonly keyNames: readonly string[];
  /** Variables that may hold another base URL. */
  readonly urlNames?: readonly string[];
  /** What holds at this URL only: another endpoint has other models and other ways. */
  readonly own?: Pick<OpenAICompatibleOptions, 'defaultModel' | 'dialect'>;
  /** Further headers of `GET /models`. */
  readonly listHeaders?: (apiKey: string) => Readonly<Record<string, string>>;
}

/** In the order in which one of them becomes the default provider. */
export const KNOWN_PROVIDERS: readonly KnownProvider[] = [
  {
    name: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    keyNames: ['COGITATOR_OPENAI_API_KEY', 'OPENAI_API_KEY'],
    urlNames: ['COGITATOR_OPENAI_BASE_URL', 'OPENAI_BASE_URL'],
    own: { defaultModel: 'gpt-4o-mini', dialect: { maxTokensField: 'max_completion_tokens' } },
  },
  {
    name: 'anthropic',
    baseUrl: 'https://api.anthropic.com/v1',
    keyNames: ['COGITATOR_ANTHROPIC_API_KEY', 'ANTHROPIC_API_KEY'],
    // Chat completions take the bearer token; the list belongs to Anthropic's own API.
    listHeaders: (apiKey) => ({ 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' }),
  },
  {
    name: 'google',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyNames: ['COGITATOR_GOOGLE_API_KEY', 'GOOGLE_API_KEY', 'GEMINI_API_KEY'],
  },
  {
    name: 'groq',
    baseUrl: 'https://api.groq.com/openai/v1',
    keyNames: ['COGITATOR_GROQ_API_KEY', 'GROQ_API_KEY'],
  },
  {
    name: 'openrouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyNames: ['COGITATOR_OPENROUTER_API_KEY', 'OPENROUTER_API_KEY'],
  },
  {
    name: 'mistral',
    baseUrl: 'https://api.mistral.ai/v1',
    keyNames: ['COGITATOR_MISTRAL_API_KEY', 'MISTRAL_API_KEY'],
    own: { dialect: { asksForUsage: false } },
  },
  {
    name: 'together',
    baseUrl: 'https://api.together.xyz/v1',
    keyNames: ['COGITATOR_TOGETHER_API_KEY', 'TOGETHER_API_KEY'],
  },
  {
    name: 'deepseek',
    baseUrl: 'https://api.deepseek.com/v1',
    keyNames: ['COGITATOR_DEEPSEEK_API_KEY', 'DEEPSEEK_API_KEY'],
  },
  {
    name: 'xai',
    baseUrl: 'https://api.x.ai/v1',
    keyNames: ['COGITATOR_XAI_API_KEY', 'XAI_API_KEY'],
  },
  {
    name: 'vllm',
    keyNames: ['COGITATOR_VLLM_API_KEY', 'VLLM_API_KEY'],
    urlNames: ['COGITATOR_VLLM_BASE_URL', 'VLLM_BASE_URL'],
  },
];
