import { createEngine, type Logger, type ServerTool } from '@cogitator-ai/openai-engine';
import { createApp } from '@cogitator-ai/openai-http';
import { serve } from '@cogitator-ai/openai-http/node';
import { DEFAULT_MODEL, DEMO_MODEL, openModels, readProviders } from '@cogitator-ai/openai-models';
import { createRetrieval } from '@cogitator-ai/openai-retrieval';
import { ConfigError } from './config/config-error.ts';
import { isLoopback, listenHost, urlHost } from './config/listen-host.ts';
import { refuseOwnUrl } from './config/refuse-own-url.ts';
import type { Config } from './config/settings.ts';
import { openEmbedder } from './models/open-embedder.ts';
import { openQueue } from './storage/open-queue.ts';
import { openStorage } from './storage/open-storage.ts';

export interface StartServerOptions {
  config: Config;
  /** Such as `process.env`: the providers of models are read from it. */
  environment: Readonly<Record<string, string | undefined>>;
  logger: Logger;
  /** Functions that run here when an assistant names them. Default none. */
  tools?: readonly ServerTool[];
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
 * Puts storage, queue, models, engine and transport together and listens.
 *
 * @throws `ConfigError` and `ModelConfigError` for settings and providers that cannot be used; `StorageError` when the storage
 * cannot be opened; what `listen` fails with, such as EADDRINUSE.
 */
export async function startServer(options: StartServerOptions): Promise<RunningServer> {
  const { config, environment } = options;
  const host = listenHost(config);
  assertRole(config);
  await refuseOwnUrl(environment, { host, port: config.port });
  /** What is to be closed, last first. */
  const opened: { close(): Promise<void> }[] = [];
  const release = async (): Promise<void> => {
    const results = [];
    for (const part of opened.splice(0).toReversed()) results.push(...(await Promise.allSettled([part.close()])));
    const failure = results.find(({ status }) => status === 'rejected');
    if (failure?.status === 'rejected') throw failure.reason;
  };
  try {
    return await start(options, host, opened, release);
  } catch (error) {
    await release().catch(() => {});
    throw error;
  }
}

async function start(
  { config, environment, logger, tools = [] }: StartServerOptions,
  host: string,
  opened: { close(): Promise<void> }[],
  release: () => Promise<void>,
): Promise<RunningServer> {
  const models = await openModels({
    environment,
    aliases: {
      ...(config.defaultModel === undefined ? {} : { default: config.defaultModel }),
      ...config.modelAliases,
    },
    ...defaultProviderOf(config),
    onUnreachable: (provider, err) => logger.warn({ provider, err }, 'The models of a provider could not be listed.'),
  });
  opened.push(models);
  const wrong = [DEFAULT_MODEL, ...Object.keys(config.modelAliases)].find((name) => !models.accepts(name));
  if (wrong !== undefined) {
    throw new ConfigError(
      `The model that '${wrong}' stands for, '${config.modelAliases[wrong] ?? config.defaultModel}', belongs to no provider ` +
        'that is configured.',
    );
  }
  const storage = await openStorage({ ...config, onWarning: (message) => logger.warn({}, message) });
  opened.push(storage);
  const queue = await openQueue({
    ...config,
    onError: (err) => logger.warn({ err }, 'The queue of runs is in trouble for now.'),
  });
  if (queue) opened.push(queue);
  const embedder = openEmbedder(config, environment);
  if (embedder) opened.push(embedder);
  const { searchCacheBytes: cacheBytes } = config;
  const retrieval = createRetrieval({ cacheBytes, logger, ...(embedder && { embedder }) });
  opened.push(retrieval);
  const metrics = config.metrics ? (await import('./metrics.ts')).createMetrics(() => engine.activeRuns) : null;
  const { leaseMs, heartbeatMs = Math.ceil(leaseMs / 3), contextTokens, sweepIntervalMs } = config;
  const engine = createEngine({
    storage,
    models,
    tools,
    logger,
    sweepIntervalMs,
    limits: { contextTokens, leaseMs, heartbeatMs },
    retrieval,
    maxConcurrentIngestions: config.role === 'api' ? 0 : config.maxConcurrentIngestions,
    maxConcurrentRuns: config.role === 'api' ? 0 : config.maxConcurrentRuns,
    ...(queue && { queue }),
    ...(metrics && { metrics: metrics.runs }),
  });
  const app = createApp({
    engine,
    api: config.role !== 'worker',
    apiKeys: config.apiKeys,
    cors: { origin: config.corsOrigin.includes('*') ? true : config.corsOrigin },
    logger,
    ...(metrics && { metrics: metrics.page }),
    maxBodyBytes: config.maxBodyBytes,
    maxFileBytes: config.maxFileBytes,
    strictFileDownloads: config.strictFileDownloads,
  });
  const serving = await serve({ app, engine, port: config.port, host });
  engine.start();
  const { port, address } = serving;
  if (config.apiKeys.length === 0 && config.role !== 'worker' && !isLoopback(address)) {
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
    close: () => (closing ??= serving.close({ graceMs: config.shutdownGraceMs }).then(release)),
  };
}

/** @throws `ConfigError` for settings that do not go together. */
function assertRole({ role, storageUrl, leaseMs, heartbeatMs = 0 }: Config): void {
  if (role !== 'all' && /^(?:memory|sqlite):/.test(storageUrl)) {
    throw new ConfigError(`ROLE=${role} goes with postgres://… and redis://…, which several processes share.`);
  }
  if (heartbeatMs > leaseMs / 2) {
    throw new ConfigError(`HEARTBEAT_MS must be at most half of LEASE_MS, which is ${leaseMs}.`);
  }
}

function defaultProviderOf({ defaultModel }: Config): { defaultProvider?: string } {
  const slash = defaultModel?.indexOf('/') ?? -1;
  return defaultModel === undefined || slash === -1 ? {} : { defaultProvider: defaultModel.slice(0, slash) };
}
