import { Config, startServer } from '@cogitator-ai/openai-server';
import { startUpstream, type Upstream } from '@cogitator-ai/tests-upstream';
import { expect } from 'vitest';
import { createTestDatabase } from './test-database.ts';

/** A server that listens, and the models it asks. */
export interface TestServer {
  /** Such as `http://127.0.0.1:41234`. */
  readonly origin: string;
  /** What SDKs are given. */
  readonly baseURL: string;
  /** A model that the upstream answers for. */
  readonly model: string;
  readonly upstream: Upstream;
  /** @throws when the server has logged an error of its own. */
  close(): Promise<void>;
}

/** The server as `npm start` runs it. @param settings - What differs from the defaults; the upstream is the default provider. */
export async function startTestServer(settings: Partial<Config> = {}): Promise<TestServer> {
  const upstream = await startUpstream();
  const database = createTestDatabase();
  const errors: object[] = [];
  const server = await startServer({
    config: Config.parse({
      port: 0,
      host: '127.0.0.1',
      shutdownGraceMs: 0,
      storageUrl: database.url,
      ...settings,
    }),
    environment: { OPENAI_BASE_URL: upstream.url },
    logger: { debug() {}, info() {}, warn() {}, error: (fields, message) => errors.push({ message, ...fields }) },
  });
  return {
    origin: server.url,
    baseURL: `${server.url}/v1`,
    model: upstream.models[0]!,
    upstream,
    async close() {
      await server.close();
      await database.remove();
      await upstream.close();
      // What clients and models do wrong is no error of the server's.
      expect(errors).toEqual([]);
    },
  };
}
