import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Supervision } from './processes/supervision.ts';
import type { Program, SupervisorOptions } from './processes/supervisor.ts';

/** A real server of this process's own, which ends with it at the latest, however it ends. */
export interface Service {
  readonly url: string;
  readonly port: number;
  /** Where its data are. */
  readonly dir: string;
  /** Another one after each start. @throws while it does not run. */
  readonly pid: number;
  /** Ends it properly; its data stay for {@link Service.start}. */
  stop(): Promise<void>;
  /** Ends all of its processes as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
  /** Stops it where it runs, and starts it again. */
  restart(): Promise<void>;
  /** Holds all of its processes, as a machine that is overloaded does. */
  pause(): void;
  resume(): void;
  /** Ends it and removes its data. May be called twice. */
  remove(): Promise<void>;
}

export interface ServiceDefinition extends SupervisorOptions {
  /** Makes the data of a new server, where it cannot do so itself. */
  prepare?(place: { dir: string }): Program | null;
  program(place: { dir: string; port: number }): Program;
  url(port: number): string;
  /** Has it leave properly, without waiting for clients. */
  readonly stopSignal: NodeJS.Signals;
  /** Whether the server on this port answers, and is this one. */
  isReady(place: { dir: string; port: number; pid: number }): Promise<boolean>;
}

const READY_MS = 60_000;
/** A server that does not leave within this time is killed. */
const STOP_MS = 10_000;
const PORT_ATTEMPTS = 5;
/**
 * Below the ports that systems give to outgoing connections, so that nobody takes the port of a server that restarts.
 * Redis Cluster has a second port 10,000 further up.
 */
const PORTS = { from: 12_000, to: 22_000 };

/** @throws when it does not answer within a minute, with what it has printed. */
export async function startService(definition: ServiceDefinition): Promise<Service> {
  const supervision = await Supervision.open(definition);
  const { dir } = supervision;
  let port = 0;

  async function stop(): Promise<void> {
    if (supervision.pid === undefined) return;
    supervision.signal('SIGCONT');
    supervision.signal(definition.stopSignal);
    const limit = setTimeout(() => supervision.signal('SIGKILL'), STOP_MS);
    await supervision.exited();
    clearTimeout(limit);
  }

  async function start(): Promise<void> {
    if (await launch()) return;
    throw new Error(`Somebody else has port ${port} now.`);
  }

  /** @returns `false` where somebody else has the port. */
  async function launch(): Promise<boolean> {
    await supervision.start(definition.program({ dir, port }));
    const giveUpAt = performance.now() + READY_MS;
    for (;;) {
      const { pid } = supervision;
      if (pid === undefined) {
        if (/address already in use/i.test(supervision.log)) return false;
        throw new Error(`The server has ended:\n${supervision.log}`);
      }
      if (await definition.isReady({ dir, port, pid })) return true;
      if (performance.now() > giveUpAt) throw new Error(`The server does not answer:\n${supervision.log}`);
      await sleep(20);
    }
  }

  try {
    const preparation = definition.prepare?.({ dir });
    if (preparation) await supervision.run(preparation);
    for (let attempt = 1; ; attempt++) {
      port = await freePort();
      if (await launch()) break;
      if (attempt === PORT_ATTEMPTS) throw new Error(`There is no free port:\n${supervision.log}`);
    }
  } catch (error) {
    await supervision.close();
    throw error;
  }

  return {
    url: definition.url(port),
    port,
    dir,
    get pid() {
      if (supervision.pid === undefined) throw new Error('The server does not run.');
      return supervision.pid;
    },
    stop,
    async kill() {
      supervision.signal('SIGKILL');
      await supervision.exited();
    },
    start,
    async restart() {
      await stop();
      await start();
    },
    pause: () => supervision.signal('SIGSTOP'),
    resume: () => supervision.signal('SIGCONT'),
    remove: () => supervision.close(),
  };
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    const probe = createServer();
    try {
      probe.listen(port, '127.0.0.1');
      await once(probe, 'listening');
      return port;
    } catch {
      // Taken.
    } finally {
      probe.close();
    }
  }
}
