import { createModels, isKnownProvider, type ModelRouter, type ProviderSettings } from '@cogitator-ai/openai-models';
import type { Agent, AgentRun, RunOptions } from './agent.ts';
import { assertConfig } from './assert-config.ts';
import type { LLMBackend } from './backend/chat.ts';
import { createBackend } from './backend/create-backend.ts';
import { runAgent } from './run-agent.ts';
import { warnOfMissingKey } from './warn-of-missing-key.ts';

export interface CogitatorConfig {
  /** What is used where no model is named: `provider/model`. Default that of `llm`. */
  defaultModel?: string;
  llm?: {
    /** Whom names without a provider belong to. Default the default model's, else the first that is configured. */
    defaultProvider?: string;
    /** `provider/model`, or a name that the default provider knows. */
    defaultModel?: string;
    /** Keys and URLs by provider. What is left out is read from the environment. */
    providers?: Readonly<Record<string, ProviderSettings>>;
  };
}

/** Models of all providers, and agents on them. Keys that are not given are read from the environment, as `OPENAI_API_KEY`. */
export class Cogitator {
  /** The models, as the engine of the Assistants API asks them. */
  readonly models: ModelRouter;
  readonly #defaultModel: string;

  /**
   * Providers are not asked for anything yet; a default one that needs a key and has none is warned of.
   *
   * @throws `ModelConfigError` for a setting that is wrong.
   */
  constructor(config: CogitatorConfig = {}) {
    assertConfig(config);
    const { defaultModel, llm = {} } = config;
    const named = defaultModel ?? llm.defaultModel;
    const slash = named?.indexOf('/') ?? -1;
    const defaultProvider = llm.defaultProvider ?? (slash > 0 ? named?.slice(0, slash) : undefined);
    this.#defaultModel = named ?? 'default';
    const providers = { ...llm.providers };
    // Without a key it is asked all the same: its own words say what is missing.
    if (defaultProvider !== undefined && isKnownProvider(defaultProvider)) providers[defaultProvider] ??= {};
    this.models = createModels({
      environment: process.env,
      providers,
      ...(defaultProvider !== undefined && { defaultProvider }),
      ...(named !== undefined && { aliases: { default: named } }),
    });
    if (defaultProvider !== undefined) warnOfMissingKey(defaultProvider, process.env, providers);
  }

  /**
   * Has a model answer as an agent, which may call its tools until it is done.
   *
   * @returns What it has said. Nothing is remembered: for conversations there are the threads of
   * `@cogitator-ai/openai-compat`.
   * @throws `AgentRunError` when the model fails or a limit is reached: the agent's `maxTokens`, ten minutes, 64 turns that only call
   * tools; the signal's reason; what `onToken` or `onToolCall` throws; `TypeError` for two tools of one name.
   */
  run(agent: Agent, options: RunOptions): Promise<AgentRun> {
    return runAgent(this.models, { ...agent, model: agent.model ?? this.#defaultModel }, options);
  }

  /** The models of a provider for single calls, without tools that are executed. @param model - Default the default model. */
  getLLMBackend(model = this.#defaultModel): LLMBackend {
    return createBackend(this.models, model);
  }

  /** Closes the connections to the providers. Calls under way end with an error. */
  async close(): Promise<void> {
    await this.models.close();
  }
}
