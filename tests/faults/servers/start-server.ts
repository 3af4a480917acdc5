import { type Service, startService } from '@cogitator-ai/tests-services';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../apps/server/src/main.ts', import.meta.url));

export interface ServerOptions {
  storageUrl: string;
}

/** Starts the server in a process of its own, which can be killed and comes back on the same port. */
export async function startServer({ storageUrl }: ServerOptions): Promise<Service> {
  return startService({
    name: 'server',
    program: ({ port }) => ({
      command: process.execPath,
      args: ['--conditions=@cogitator-ai/source', MAIN, '--port', String(port), '--shutdown-grace-ms', '1000'],
      environment: { STORAGE_URL: storageUrl, DEFAULT_MODEL: 'demo' },
    }),
    url: (port) => `http://127.0.0.1:${port}`,
    stopSignal: 'SIGTERM',
    endSignal: 'SIGKILL',
    isReady: ({ port }) => isHealthy(`http://127.0.0.1:${port}`),
  });
}

/** Whether the server answers at once. */
export async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}
