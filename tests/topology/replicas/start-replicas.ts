import { type Service, startService } from '@cogitator-ai/tests-services';
import { fileURLToPath } from 'node:url';

const REPLICA = fileURLToPath(new URL('./replica.ts', import.meta.url));

export interface ReplicasOptions {
  storageUrl: string;
  /** Base URL of the model. */
  modelUrl: string;
  /** Where its tool is executed. */
  workshopUrl: string;
  /** What each of them does. */
  roles: readonly ('all' | 'api' | 'worker')[];
  leaseMs?: number;
  shutdownGraceMs?: number;
}

/** Starts servers on one store, each in a process of its own. */
export function startReplicas(options: ReplicasOptions): Promise<Service[]> {
  const { storageUrl, modelUrl, workshopUrl, roles, leaseMs = 2000, shutdownGraceMs = 1000 } = options;
  return Promise.all(
    roles.map((role) =>
      startService({
        name: `replica-${role}`,
        program: ({ port }) => ({
          command: process.execPath,
          args: ['--conditions=@cogitator-ai/source', REPLICA],
          environment: {
            PORT: String(port),
            ROLE: role,
            STORAGE_URL: storageUrl,
            OPENAI_BASE_URL: modelUrl,
            OPENAI_API_KEY: 'none',
            WORKSHOP_URL: workshopUrl,
            LEASE_MS: String(leaseMs),
            SHUTDOWN_GRACE_MS: String(shutdownGraceMs),
          },
        }),
        url: (port) => `http://127.0.0.1:${port}`,
        stopSignal: 'SIGTERM',
        endSignal: 'SIGKILL',
        isReady: ({ port }) => answers(`http://127.0.0.1:${port}/ready`),
      }),
    ),
  );
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}
