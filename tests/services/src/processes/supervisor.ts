// A program of its own, forked once per service: it starts the servers, so that there is no moment in which a server
// runs and nobody would end it. When the channel to the process that forked it closes, for whatever reason, it ends the
// server and removes the folder.

import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, processTree } from './process-tree.ts';

/** The account a program runs as. */
export interface Account {
  uid: number;
  gid: number;
}

/** Its only argument, as JSON. */
export interface SupervisorOptions {
  /** The folder of the service begins with this path; six random characters follow. */
  folderPrefix: string;
  /** Who owns the folder and runs the programs. Default whoever runs this. */
  account: Account | null;
  /** Asks the server to leave at once and to leave nothing behind. */
  endSignal: NodeJS.Signals;
}

export interface Program {
  file: string;
  args: string[];
  env?: Record<string, string>;
}

export type Request = { type: 'start'; program: Program } | { type: 'signal'; signal: NodeJS.Signals };

export type Report =
  | { type: 'opened'; folder: string }
  | { type: 'started'; pid: number }
  /** The program and all that it has started are gone. */
  | { type: 'exited'; reason: string; succeeded: boolean };

/** How long a server may take to leave when asked, in ms. */
const END_LIMIT_MS = 5_000;

const { folderPrefix, account, endSignal } = JSON.parse(process.argv[2]!) as SupervisorOptions;
const folder = mkdtempSync(folderPrefix);
if (account !== null) chownSync(folder, account.uid, account.gid);

let server: ChildProcess | undefined;
/** What a signal was sent to: a program's children may outlive it by a moment. */
let signalled = new Set<number>();

function report(message: Report): void {
  if (process.connected) process.send!(message);
}

function start({ file, args, env }: Program): void {
  const log = openSync(join(folder, 'log'), 'a');
  const child = spawn(file, args, {
    ...account,
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  server = child;
  signalled = new Set();
  child.once('spawn', () => report({ type: 'started', pid: child.pid! }));
  child.once('error', (error) => {
    server = undefined;
    report({ type: 'exited', reason: error.message, succeeded: false });
  });
  child.once('exit', (code, signal) => {
    void (async () => {
      while ([...signalled].some(isAlive)) await sleep(5);
      server = undefined;
      report({ type: 'exited', reason: signal ?? `exit code ${code}`, succeeded: code === 0 });
    })();
  });
}

/** To the server alone, which passes on what its children need to know; to all of them where it could not. */
function signal(name: NodeJS.Signals): void {
  if (server?.pid === undefined) return;
  const unheard = name === 'SIGKILL' || name === 'SIGSTOP' || name === 'SIGCONT';
  for (const pid of unheard ? processTree(server.pid) : [server.pid]) {
    signalled.add(pid);
    try {
      process.kill(pid, name);
    } catch {
      // It has just left.
    }
  }
}

async function end(): Promise<void> {
  signal('SIGCONT');
  signal(endSignal);
  const limit = performance.now() + END_LIMIT_MS;
  while (server !== undefined) {
    if (performance.now() > limit) signal('SIGKILL');
    await sleep(5);
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  process.exit();
}

process.on('message', (request: Request) => {
  if (request.type === 'start') start(request.program);
  else signal(request.signal);
});
process.once('disconnect', () => void end());
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => void end());
report({ type: 'opened', folder });
