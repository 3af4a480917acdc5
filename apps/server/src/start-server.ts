import { createEngine, type Logger } from '@cogitator-ai/openai-engine';
import { createApp } from '@cogitator-ai/openai-http';
import { serve } from '@cogitator-ai/openai-http/node';
import { DEFAULT_MODEL, DEMO_MODEL, openModels, readProviders } from '@cogitator-ai/openai-models';
import { ConfigError } from './config/config-error.ts';
import { isLoopback, listenHost, urlHost } from './config/listen-host.ts';
import { refuseOwnUrl } from './config/refuse-own-url.ts';
import type { Config } from './config/settings.ts';
import { openStorage } from './storage/open-storage.ts';

export interface StartServerOptions {
  config: Config;
  /** Such as `process.env`: the providers of models are read from it. */
  environment: Readonly<Record<string, string | undefined>>;
  logger: Logger;
}

export interface FoundModels {
  /** Names of the models that can be reached now. */
  readonly models: readonly string[];
  /** Providers that are configured, or that the model `default` belongs to, and that name no model now. */
  readonly withoutModels: readonly string[];
}

/** A server that listens. */
export interface RunningServer {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  readonly storageName: string;
  /** Asks the providers for their models. */
  listModels(): Promise<FoundModels>;
  /** Takes no more requests, lets what is under way finish within the configured grace, then ends it. May be called twice. */
  close(): Promise<void>;
}

/**
 * Puts storage, models, engine and transport together and listens.
 *
 * @throws `ConfigError` and `ModelConfigError` for providers that cannot be used; `StorageError` when the storage cannot be
 * opened; what `listen` fails with, such as EADDRINUSE.
 */
export async function startServer({ config, environment, logger }: StartServerOptions): Promise<RunningServer> {
  const host = listenHost(config);
  await refuseOwnUrl(environment, { host, port: config.port });
  const models = await openModels({
    environment,
    aliases: {
      ...(config.defaultModel === undefined ? {} : { default: config.defaultModel }),
      ...config.modelAliases,
    },
    ...defaultProviderOf(config),
    onUnreachable: (provider, err) => logger.warn({ provider, err }, 'The models of a provider could not be listed.'),
  });
  const wrong = [DEFAULT_MODEL, ...Object.keys(config.modelAliases)].find((name) => !models.accepts(name));
  if (wrong !== undefined) {
    await models.close();
    throw new ConfigError(
      `The model that '${wrong}' stands for, '${config.modelAliases[wrong] ?? config.defaultModel}', belongs to no provider ` +
        'that is configured.',
    );
  }
  const storage = await openStorage({ ...config, onWarning: (message) => logger.warn({}, message) }).catch(
    async (error: unknown) => {
      await models.close();
      throw error;
    },
  );
  const engine = createEngine({ storage, models, logger, limits: { contextTokens: config.contextTokens } });
  const app = createApp({
    engine,
    apiKeys: config.apiKeys,
    cors: { origin: config.corsOrigin.includes('*') ? true : config.corsOrigin },
    logger,
    maxBodyBytes: config.maxBodyBytes,
    maxFileBytes: config.maxFileBytes,
    strictFileDownloads: config.strictFileDownloads,
  });

  async function release(): Promise<void> {
    await models.close();
    await storage.close();
  }

  const serving = await serve({ app, engine, port: config.port, host }).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  engine.start();
  const { port, address } = serving;
  if (config.apiKeys.length === 0 && !isLoopback(address)) {
    logger.warn({ host }, 'Other machines are let in without a key: set API_KEYS.');
  }

  let closing: Promise<void> | null = null;
  return {
    url: `http://${urlHost(host)}:${port}`,
    port,
    storageName: storage.name,
    async listModels() {
      const { data } = (await engine.models.list({ signal: AbortSignal.timeout(5000) })).value;
      const names = data.map(({ id }) => id);
      const chosen = data.find(({ id }) => id === DEFAULT_MODEL)?.owned_by ?? DEMO_MODEL;
      const providers = new Set([...readProviders(environment).map(({ name }) => name), chosen]);
      const namesNone = (provider: string): boolean =>
        !names.some((name) => name === provider || name.startsWith(`${provider}/`));
      return { models: names, withoutModels: [...providers].filter(namesNone) };
    },
    close: () => (closing ??= shutDown()),
  };

  async function shutDown(): Promise<void> {
    await serving.close({ graceMs: config.shutdownGraceMs });
    await release();
  }
}

function defaultProviderOf({ defaultModel }: Config): { defaultProvider?: string } {
  const slash = defaultModel?.indexOf('/') ?? -1;
  return defaultModel === undefined || slash === -1 ? {} : { defaultProvider: defaultModel.slice(0, slash) };
}
