import { createEngine, type EngineLimits, type ServerTool } from '@cogitator-ai/openai-engine';
import { createApp } from '@cogitator-ai/openai-http';
import { openModels } from '@cogitator-ai/openai-models';
import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import { startUpstream } from '@cogitator-ai/tests-upstream';
import { createAdaptorServer } from '@hono/node-server';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestServer } from './start-test-server.ts';

export interface EngineServerOptions {
  tools?: ServerTool[];
  limits?: Partial<EngineLimits>;
  sweepIntervalMs?: number;
}

/** The same server, put together by hand where the test needs what its configuration does not offer. */
export async function startEngineServer(options: EngineServerOptions): Promise<TestServer> {
  const upstream = await startUpstream();
  const storage = createMemoryStorage();
  const models = await openModels({ environment: { OPENAI_BASE_URL: upstream.url } });
  const engine = createEngine({ storage, models, ...options });
  const server = createAdaptorServer({ fetch: createApp({ engine }).fetch }) as Server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  engine.start();
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    baseURL: `${origin}/v1`,
    model: upstream.models[0]!,
    upstream,
    async close() {
      server.close();
      server.closeAllConnections();
      await engine.close({ signal: AbortSignal.abort() });
      await models.close();
      await storage.close();
      await upstream.close();
    },
  };
}
