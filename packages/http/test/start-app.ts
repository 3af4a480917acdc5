import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEngine, type Engine } from '@cogitator-ai/openai-engine';
import { createDemoProvider, createModelRouter } from '@cogitator-ai/openai-models';
import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import { createAdaptorServer } from '@hono/node-server';
import { type AppOptions, createApp } from '../src/index.ts';

export interface StartedApp {
  readonly app: ReturnType<typeof createApp>;
  readonly engine: Engine;
  readonly server: Server;
  /** Such as `http://127.0.0.1:41234`. */
  readonly origin: string;
  close(): Promise<void>;
}

/** The app over the engine, the memory storage and the demo model, listening on a loopback port. */
export async function startApp(options: Omit<AppOptions, 'engine'> = {}): Promise<StartedApp> {
  const storage = createMemoryStorage();
  const engine = createEngine({ storage, models: createModelRouter({ providers: [createDemoProvider()] }) });
  const app = createApp({ engine, ...options });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  engine.start();
  return {
    app,
    engine,
    server,
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await engine.close({ signal: AbortSignal.abort() });
      await storage.close();
    },
  };
}
