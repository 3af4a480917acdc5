import * as published from 'gpt-tokenizer/models';

const MODELS = published as unknown as Readonly<Record<string, { readonly context_window?: number } | undefined>>;

/** The context window of a model that OpenAI has published, in tokens; its own list of models does not tell. */
export function publishedContextTokens(model: string): number | undefined {
  return MODELS[model.slice(model.lastIndexOf('/') + 1)]?.context_window;
}
