import { readFileSync } from 'node:fs';

/** How often is looked, in ms: what inflates grows by some tens of megabytes meanwhile. */
const INTERVAL_MS = 50;

/**
 * Watches the memory of a process, on systems that tell of it in `/proc`.
 *
 * @param onExcess - Called once, when more than `maxBytes` are in memory.
 * @returns Ends the watching.
 */
export function watchMemory(
  pid: number,
  { maxBytes, onExcess }: { maxBytes: number; onExcess: () => void },
): () => void {
  const timer = setInterval(() => {
    if (residentBytes(pid) <= maxBytes) return;
    clearInterval(timer);
    onExcess();
  }, INTERVAL_MS);
  return () => clearInterval(timer);
}

/** What a process has in memory, in bytes; 0 where there is no telling. It is read at once, since nothing on a disk is read, and others' reads must not delay it. */
export function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
