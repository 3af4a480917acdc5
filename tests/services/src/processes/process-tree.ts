import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A process and all that it has started, itself first; without those that have ended. */
export function processTree(root: number): number[] {
  const all = runningProcesses();
  const tree = all.some(({ pid }) => pid === root) ? [root] : [];
  // Grows while it is walked.
  for (const member of tree) {
    for (const { pid, parent } of all) if (parent === member) tree.push(pid);
  }
  return tree;
}

/** Which of some processes have not ended. */
export function stillRunning(pids: Iterable<number>): number[] {
  const all = new Set(runningProcesses().map(({ pid }) => pid));
  return [...pids].filter((pid) => all.has(pid));
}

interface RunningProcess {
  pid: number;
  parent: number;
}

/** A process that has ended and waits for its parent to notice ("zombie") is none. */
function runningProcesses(): RunningProcess[] {
  return (process.platform === 'linux' ? statusLines() : psLines()).flatMap((line) => {
    const [pid, state, parent] = line.trim().split(/\s+/);
    return state!.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent) }];
  });
}

function psLines(): string[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,state=,ppid='], { encoding: 'utf8' }).trimEnd().split('\n');
}

/** Small images have no `ps`. */
function statusLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The name stands in parentheses and may hold anything.
        return [readFileSync(`/proc/${name}/stat`, 'utf8').replace(/\(.*\)/s, '')];
      } catch {
        return []; // It has just been removed.
      }
    });
}
