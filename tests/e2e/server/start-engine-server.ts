import {
  createEngine,
  type EngineLimits,
  type Logger,
  type RetrievalPort,
  type ServerTool,
} from '@cogitator-ai/openai-engine';
import { createApp } from '@cogitator-ai/openai-http';
import { openModels } from '@cogitator-ai/openai-models';
import type { Storage } from '@cogitator-ai/openai-storage';
import { startUpstream, type UpstreamOptions } from '@cogitator-ai/tests-upstream';
import { createAdaptorServer } from '@hono/node-server';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { openTestStorage } from './open-test-storage.ts';
import type { TestServer } from './start-test-server.ts';

export interface EngineServerOptions {
  tools?: ServerTool[];
  limits?: Partial<EngineLimits>;
  sweepIntervalMs?: number;
  /** What makes files searchable. Default nothing. */
  retrieval?: RetrievalPort;
  maxConcurrentIngestions?: number;
  /** Default `Date.now`. */
  now?: () => number;
  /** Default false. */
  strictFileDownloads?: boolean;
  /** Default 15,000. */
  heartbeatMs?: number;
  /** Default an empty one of the driver that the tests are run on. */
  storage?: Storage;
  /** Whether the server may log errors of its own. Default false. */
  mayFail?: boolean;
  /** How models answer when nothing is scripted. */
  answer?: UpstreamOptions['answer'];
}

/** A test server whose store can be looked into. */
export interface EngineServer extends TestServer {
  readonly storage: Storage;
}

/** The same server, put together by hand where the test needs what its configuration does not offer. */
export async function startEngineServer({
  answer,
  storage,
  mayFail = false,
  strictFileDownloads = false,
  heartbeatMs = 15_000,
  ...options
}: EngineServerOptions): Promise<EngineServer> {
  storage ??= await openTestStorage();
  const upstream = await startUpstream(answer && { answer });
  const models = await openModels({ environment: { OPENAI_BASE_URL: upstream.url } });
  const errors: object[] = [];
  const logger: Logger = {
    debug() {},
    info() {},
    warn() {},
    error: (fields, message) => errors.push({ message, ...fields }),
  };
  const engine = createEngine({ storage, models, logger, ...options });
  const server = createAdaptorServer({
    fetch: createApp({ engine, logger, strictFileDownloads, heartbeatMs }).fetch,
  }) as Server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  engine.start();
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    baseURL: `${origin}/v1`,
    model: upstream.models[0]!,
    upstream,
    storage,
    async close() {
      server.close();
      server.closeAllConnections();
      await engine.close({ signal: AbortSignal.abort() });
      await models.close();
      await storage.close();
      await upstream.close();
      // What clients and models do wrong is no error of the server's.
      if (!mayFail) expect(errors).toEqual([]);
    },
  };
}
