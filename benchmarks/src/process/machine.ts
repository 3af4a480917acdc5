import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

/** Where and of what a figure was measured. */
export function describeRun(command: string): string {
  const [cpu] = cpus();
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim();
  return `${cpu?.model ?? 'unknown CPU'} × ${cpus().length}, Node ${process.version}, commit ${commit}\n$ ${command}`;
}

/** The middle of several values. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}
