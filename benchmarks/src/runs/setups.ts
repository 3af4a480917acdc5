import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Service, startPostgres, startRedis } from '@cogitator-ai/tests-services';
import { cpuOfTree } from '../process/cpu-of-tree.ts';
import { MeasuredProcess } from '../process/measured-process.ts';

const SERVER = fileURLToPath(new URL('../process/our-server.ts', import.meta.url));

/** Servers on one store. */
export interface Setup {
  /** Origin of the server that the next client asks: each in its turn. */
  nextDoor(): string;
  readonly servers: readonly MeasuredProcess[];
  /** CPU time that the store has used so far, where it is a server, in µs. */
  readonly storeCpu: () => number;
  stop(): Promise<void>;
}

type Role = 'all' | 'api' | 'worker';

interface SetupSpec {
  readonly store: 'memory' | 'sqlite' | 'postgres' | 'redis';
  readonly roles: readonly Role[];
}

/** By the name that it is asked for with. The last ones have each run advanced by another server than streams it. */
export const SETUPS: Readonly<Record<string, SetupSpec>> = {
  memory: { store: 'memory', roles: ['all'] },
  sqlite: { store: 'sqlite', roles: ['all'] },
  redis: { store: 'redis', roles: ['all'] },
  'redis×2': { store: 'redis', roles: ['all', 'all'] },
  'redis elsewhere': { store: 'redis', roles: ['api', 'worker'] },
  postgres: { store: 'postgres', roles: ['all'] },
  'postgres×2': { store: 'postgres', roles: ['all', 'all'] },
  'postgres elsewhere': { store: 'postgres', roles: ['api', 'worker'] },
};

export async function openSetup({ store, roles }: SetupSpec, environment: Record<string, string>): Promise<Setup> {
  const opened = await openStore(store);
  const servers: MeasuredProcess[] = [];
  // One after the other: the first one makes the tables.
  for (const role of roles) {
    servers.push(await MeasuredProcess.start(SERVER, { ...environment, STORAGE_URL: opened.url, ROLE: role }));
  }
  const doors = servers.filter((_, index) => roles[index] !== 'worker').map(({ origin }) => origin);
  let next = 0;
  return {
    servers,
    storeCpu: opened.cpu,
    nextDoor: () => doors[next++ % doors.length] ?? '',
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
      await opened.remove();
    },
  };
}

interface OpenedStore {
  readonly url: string;
  readonly cpu: () => number;
  remove(): Promise<void>;
}

async function openStore(store: SetupSpec['store']): Promise<OpenedStore> {
  const cpu = (): number => 0;
  if (store === 'memory') return { url: 'memory:', cpu, remove: async () => {} };
  if (store === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'benchmark-'));
    const remove = async (): Promise<void> => rmSync(folder, { recursive: true });
    return { url: `sqlite:${join(folder, 'storage.db')}`, cpu, remove };
  }
  const service: Service = await (store === 'redis' ? startRedis() : startPostgres());
  return { url: service.url, cpu: () => cpuOfTree(service.pid), remove: () => service.remove() };
}
