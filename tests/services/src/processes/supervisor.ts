// A program of its own, one for each server. It starts the server itself, so that there is no moment in which a server
// runs that nobody would end, and it ends the server and removes the folder when the process that wanted them is gone,
// for whatever reason: the channel between the two closes then.

import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processTree, stillRunning } from './process-tree.ts';

/** The account that programs run as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The supervisor's only argument, as JSON. */
export interface SupervisorOptions {
  /** What the name of the folder begins with. */
  readonly name: string;
  /** Folder for the data; it stays at the end. Default in the supervisor's own, which is removed. */
  readonly dir?: string | undefined;
  /** Who owns the data and runs the programs. Default whoever runs this. */
  readonly account?: Account | undefined;
  /** Has the server leave at once, leaving no shared memory behind. */
  readonly endSignal: NodeJS.Signals;
}

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Record<string, string>;
}

export type Request = { type: 'start'; program: Program } | { type: 'signal'; signal: NodeJS.Signals };

export interface Reports {
  opened: { type: 'opened'; dir: string; log: string };
  started: { type: 'started'; pid: number };
  /** The program and all that it had started are gone. */
  exited: { type: 'exited'; reason: string; succeeded: boolean };
}

/** How long a server may take to leave when it is asked to do so at once, in ms. */
const END_LIMIT_MS = 5_000;
/** Signals that a server cannot pass on to its own processes. */
const UNHEARD = new Set<NodeJS.Signals>(['SIGKILL', 'SIGSTOP', 'SIGCONT']);

const options = JSON.parse(process.argv[2]!) as SupervisorOptions;
let server: ChildProcess | undefined;
/** What was sent a signal: processes of a server may outlive it by a moment. */
let signalled = new Set<number>();

// Whoever wanted a server may have ended while this was loaded.
if (!process.connected) process.exit();
const folder = mkdtempSync(join(tmpdir(), `${options.name}-`));
const log = join(folder, 'log');
const dir = join(options.dir ?? folder, 'data');

process.once('disconnect', () => void end());
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => void end());
process.on('message', (request: Request) => {
  if (request.type === 'start') start(request.program);
  else signal(request.signal);
});
mkdirSync(dir, { recursive: true, mode: 0o700 });
if (options.account !== undefined) {
  const { uid, gid } = options.account;
  for (const path of [folder, dir]) chownSync(path, uid, gid);
}
report({ type: 'opened', dir, log });

function report(message: Reports[keyof Reports]): void {
  // Nobody may be listening any more.
  if (process.connected) process.send!(message, undefined, undefined, () => {});
}

function start({ command, args, environment }: Program): void {
  const output = openSync(log, 'w');
  const child = spawn(command, args, {
    ...options.account,
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  server = child;
  signalled = new Set();
  child.once('spawn', () => report({ type: 'started', pid: child.pid! }));
  child.once('error', (error) => {
    server = undefined;
    report({ type: 'exited', reason: error.message, succeeded: false });
  });
  child.once('exit', (code, signalName) => {
    void (async () => {
      while (stillRunning(signalled).length > 0) await sleep(5);
      server = undefined;
      report({ type: 'exited', reason: signalName ?? `exit code ${code}`, succeeded: code === 0 });
    })();
  });
}

function signal(name: NodeJS.Signals): void {
  if (server?.pid === undefined) return;
  const tree = processTree(server.pid);
  // What the server has left behind is no longer in its tree.
  signalled = new Set([...tree, ...stillRunning(signalled)]);
  for (const pid of UNHEARD.has(name) ? signalled : tree.slice(0, 1)) {
    try {
      process.kill(pid, name);
    } catch {
      // It has just ended.
    }
  }
}

async function end(): Promise<void> {
  signal('SIGCONT');
  signal(options.endSignal);
  const limit = performance.now() + END_LIMIT_MS;
  while (server !== undefined) {
    if (performance.now() > limit) signal('SIGKILL');
    await sleep(5);
  }
  rmSync(folder, { recursive: true, force: true });
  process.exit();
}
