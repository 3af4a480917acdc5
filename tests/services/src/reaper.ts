import { spawn } from 'node:child_process';

/** A small process that sees this one end, however it ends, and then ends its servers. */
export interface Reaper {
  /** Has the process group of a server end with this process. */
  watch(pid: number): void;
  forget(pid: number): void;
  /** There is nothing left to end. */
  dismiss(): void;
}

/** Reads `+pid` and `-pid`; at the end of the input kills the groups that remain and removes the folder. */
const SCRIPT = `
  const { rmSync } = require('node:fs');
  const pids = new Set();
  const folder = process.argv[1];
  let text = '';
  process.stdin.on('data', (chunk) => {
    text += chunk;
    const lines = text.split('\\n');
    text = lines.pop();
    for (const line of lines) line[0] === '+' ? pids.add(Number(line.slice(1))) : pids.delete(Number(line.slice(1)));
  });
  process.stdin.on('end', () => {
    for (const pid of pids) try { process.kill(-pid, 'SIGKILL'); } catch {}
    if (folder) setTimeout(() => rmSync(folder, { recursive: true, force: true }), pids.size > 0 ? 200 : 0);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
`;

/** @param folder - Removed with the servers, or `null`. */
export function endWithThisProcess(folder: string | null): Reaper {
  const child = spawn(process.execPath, ['-e', SCRIPT, folder ?? ''], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  const { stdin } = child;
  (stdin as unknown as { unref(): void }).unref();
  return {
    watch: (pid) => stdin.write(`+${pid}\n`),
    forget: (pid) => stdin.write(`-${pid}\n`),
    dismiss: () => stdin.end(),
  };
}
