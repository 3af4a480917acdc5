import { readdirSync, readFileSync } from 'node:fs';

/** Of `/proc`, on every machine there is. */
const TICKS_PER_SECOND = 100;

/** User and system time that a process and all of its descendants have used, those that have ended included, in µs. Linux alone. */
export function cpuOfTree(root: number): number {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(readStat);
  let ticks = 0;
  const tree = new Set([root]);
  // A parent may be listed behind its children.
  for (let size = 0; size < tree.size;) {
    size = tree.size;
    for (const { pid, parent } of processes) if (tree.has(parent)) tree.add(pid);
  }
  for (const process of processes) if (tree.has(process.pid)) ticks += process.ticks;
  return (ticks / TICKS_PER_SECOND) * 1e6;
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

function readStat(name: string): Stat {
  try {
    // The program's name, in parentheses, may hold anything.
    const fields = readFileSync(`/proc/${name}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    return { pid: Number(name), parent, ticks: fields.slice(11, 15).reduce((sum, each) => sum + each, 0) };
  } catch {
    // It has ended meanwhile.
    return { pid: Number(name), parent: 0, ticks: 0 };
  }
}
