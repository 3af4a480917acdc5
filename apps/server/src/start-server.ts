import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEngine, type Logger } from '@cogitator-ai/openai-engine';
import { createApp } from '@cogitator-ai/openai-http';
import { openModels } from '@cogitator-ai/openai-models';
import type { Storage } from '@cogitator-ai/openai-storage';
import { createAdaptorServer } from '@hono/node-server';
import type { Config } from './config/settings.ts';

/** Longer than the 60 s that proxies keep idle connections, so that it is never the server that closes one in use. */
const KEEP_ALIVE_MS = 75_000;

export interface StartServerOptions {
  config: Config;
  /** Such as `process.env`: the providers of models are read from it. */
  environment: Readonly<Record<string, string | undefined>>;
  logger: Logger;
}

/** A server that listens. */
export interface RunningServer {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  readonly storageName: string;
  /** Names of the models that can be reached now. */
  listModels(): Promise<string[]>;
  /** Lets runs and streams finish within the configured grace, then ends them. May be called twice. */
  close(): Promise<void>;
}

/** Puts storage, models, engine and transport together and listens. @throws what `listen` fails with, such as EADDRINUSE. */
export async function startServer({ config, environment, logger }: StartServerOptions): Promise<RunningServer> {
  const [storage, models] = await Promise.all([
    openStorage(config),
    openModels({
      environment,
      aliases: {
        ...(config.defaultModel === undefined ? {} : { default: config.defaultModel }),
        ...config.modelAliases,
      },
      ...defaultProviderOf(config),
      onUnreachable: (provider, err) => logger.warn({ provider, err }, 'The models of a provider could not be listed.'),
    }),
  ]);
  const engine = createEngine({ storage, models, logger });
  const app = createApp({
    engine,
    apiKeys: config.apiKeys,
    cors: { origin: config.corsOrigin.includes('*') ? true : config.corsOrigin },
    logger,
    maxBodyBytes: config.maxBodyBytes,
    maxFileBytes: config.maxFileBytes,
  });
  // Uploads may take long, so only the headers and idle connections have a limit.
  const serverOptions = { requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: KEEP_ALIVE_MS };
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions }) as Server;
  const host = config.host ?? (config.apiKeys.length === 0 ? '127.0.0.1' : '0.0.0.0');

  async function release(): Promise<void> {
    await models.close();
    await storage.close();
  }

  try {
    await listen(server, config.port, host);
  } catch (error) {
    await release();
    throw error;
  }
  engine.start();

  let closing: Promise<void> | null = null;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`,
    port,
    storageName: storage.name,
    listModels: async () =>
      (await engine.models.list({ signal: AbortSignal.timeout(5000) })).value.data.map(({ id }) => id),
    close: () => (closing ??= shutDown()),
  };

  async function shutDown(): Promise<void> {
    const grace = AbortSignal.timeout(config.shutdownGraceMs);
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    await engine.close({ signal: grace });
    // The runs have ended, so streams end by themselves; who does not read is not waited for.
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
    server.closeAllConnections();
    await closed;
    await release();
  }
}

/** Drivers are loaded when they are asked for, so that a start costs only what it uses. */
async function openStorage(_config: Config): Promise<Storage> {
  const { createMemoryStorage } = await import('@cogitator-ai/openai-storage/memory');
  return createMemoryStorage();
}

function defaultProviderOf({ defaultModel }: Config): { defaultProvider?: string } {
  const slash = defaultModel?.indexOf('/') ?? -1;
  return defaultModel === undefined || slash === -1 ? {} : { defaultProvider: defaultModel.slice(0, slash) };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
