import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithThisProcess } from './reaper.ts';

/** A real server of this process's own, which ends with it at the latest. */
export interface Service {
  readonly url: string;
  readonly port: number;
  /** Where its data are. */
  readonly dir: string;
  readonly pid: number;
  /** Ends it properly; its data stay for {@link Service.start}. */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
  /** Holds all of its processes, as a machine that is overloaded does. */
  pause(): void;
  resume(): void;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

export interface Program {
  /** Names the folder. */
  readonly name: string;
  readonly command: string;
  readonly args: (place: { dir: string; port: number }) => string[];
  readonly environment?: Record<string, string>;
  /** Who runs it, when it is not to be who runs the tests. */
  readonly user?: { readonly uid: number; readonly gid: number } | null;
  readonly url: (port: number) => string;
  /** Signal for a proper end. Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  /** Makes the data of a new server. */
  readonly prepare?: (dir: string) => Promise<void>;
  /** Resolves when it answers, rejects while it does not. */
  readonly ping: (url: string) => Promise<unknown>;
  /** Where its data are to be. Default a folder of its own. */
  readonly dir?: string | undefined;
}

const READY_MS = 30_000;
const PORT_ATTEMPTS = 5;

/** @throws when it does not answer within half a minute, with what it has printed. */
export async function startService(program: Program): Promise<Service> {
  const root = program.dir ?? mkdtempSync(join(tmpdir(), `${program.name}-`));
  const dir = join(root, 'data');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (program.user) for (const path of [root, dir]) chownSync(path, program.user.uid, program.user.gid);
  const reaper = endWithThisProcess(program.dir === undefined ? root : null);
  await program.prepare?.(dir);

  let port = 0;
  let child: ChildProcess | null = null;
  for (let attempt = 1; !child; attempt++) {
    port = await freePort();
    try {
      child = await launch();
    } catch (error) {
      // Somebody may have taken the port meanwhile.
      if (attempt === PORT_ATTEMPTS || !/in use|bind/i.test(String(error))) throw error;
    }
  }

  async function launch(): Promise<ChildProcess> {
    const { command, args, environment = {}, user, url, ping } = program;
    const launched = spawn(command, args({ dir, port }), {
      cwd: dir,
      // A group of its own, so that all of its processes can be reached, and Ctrl-C in a terminal does not reach it.
      detached: true,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...user,
    });
    let output = '';
    for (const stream of [launched.stdout, launched.stderr]) {
      stream?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000)));
    }
    let failure: Error | null = null;
    launched.once('error', (error) => (failure = error));
    reaper.watch(launched.pid ?? 0);
    const giveUpAt = performance.now() + READY_MS;
    for (;;) {
      const answers = await ping(url(port)).then(
        () => true,
        () => false,
      );
      if (failure) throw failure;
      if (launched.exitCode !== null) throw new Error(`${command} ended:\n${output}`);
      if (answers) return launched;
      if (performance.now() > giveUpAt) {
        signalGroup(launched, 'SIGKILL');
        throw new Error(`${command} does not answer:\n${output}`);
      }
      await sleep(20);
    }
  }

  async function end(signal: NodeJS.Signals, toGroup: boolean): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    if (toGroup) signalGroup(child, signal);
    else child.kill(signal);
    await exited;
    reaper.forget(child.pid ?? 0);
  }

  return {
    url: program.url(port),
    port,
    dir,
    get pid() {
      return child?.pid ?? 0;
    },
    stop: () => end(program.stopSignal ?? 'SIGTERM', false),
    kill: () => end('SIGKILL', true),
    async start() {
      child = await launch();
    },
    pause: () => child && signalGroup(child, 'SIGSTOP'),
    resume: () => child && signalGroup(child, 'SIGCONT'),
    async remove() {
      if (child) signalGroup(child, 'SIGCONT');
      await end(program.stopSignal ?? 'SIGTERM', false);
      reaper.dismiss();
      if (program.dir === undefined) rmSync(root, { recursive: true, force: true });
    },
  };
}

function signalGroup({ pid = 0 }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
