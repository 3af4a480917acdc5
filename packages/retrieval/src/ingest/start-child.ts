import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { readablePaths } from './readable-paths.ts';

/** Its folder has both: sources where this is run from sources, else the build. */
const MAIN = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? 'child/main.ts' : 'child/main.js', import.meta.url),
);
/** Share of its memory that may be objects; the rest is for buffers, and for the program itself. */
const HEAP_SHARE = 3 / 4;
/** How much is kept of what it says when it fails, in UTF-16 units. */
const MAX_COMPLAINT = 4000;

/** A process that reads files. */
export interface Child {
  readonly pid: number;
  readonly input: Writable;
  readonly output: Readable;
  /** Fulfilled when it has ended, never rejected. */
  readonly ended: Promise<ChildEnd>;
  readonly hasEnded: () => boolean;
  /** Ends it at once. May be called twice. */
  readonly kill: () => void;
}

/** How a child has ended. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it said when it failed. */
  readonly complaint: string;
}

/**
 * Starts a process that may read its own code and nothing else, and knows nothing of this one.
 *
 * @param options.memoryBytes - What it may have of memory.
 * @throws what keeps it from being started.
 */
export async function startChild({ memoryBytes }: { memoryBytes: number }): Promise<Child> {
  const args = [
    '--permission',
    ...readablePaths().map((path) => `--allow-fs-read=${path}`),
    '--disallow-code-generation-from-strings',
    `--max-old-space-size=${Math.floor((memoryBytes * HEAP_SHARE) / 2 ** 20)}`,
    '--no-warnings',
    MAIN,
  ];
  const child = spawn(process.execPath, args, { env: {}, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
  const { pid } = child;
  if (pid === undefined) throw await failure(child);
  let complaint = '';
  // Without a listener what goes wrong with it would be thrown.
  child.on('error', ({ message }) => (complaint ||= message));
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {});
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-MAX_COMPLAINT);
  });
  return {
    pid,
    input: child.stdin,
    output: child.stdout,
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, complaint }))),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    kill: () => void child.kill('SIGKILL'),
  };
}

function failure(child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<Error> {
  return new Promise((resolve) => child.once('error', resolve));
}
