import { readFile } from 'node:fs/promises';

/** How often is looked, in ms: what inflates grows by some tens of megabytes meanwhile. */
const INTERVAL_MS = 50;
const PAGE_BYTES = 4096;

/**
 * Watches the memory of a process, where the system tells of it.
 *
 * @param onExcess - Called once, when it has more than it may.
 * @returns Ends the watching.
 */
export function watchMemory(pid: number | undefined, maxBytes: number, onExcess: () => void): () => void {
  if (pid === undefined || process.platform !== 'linux') return () => {};
  const timer = setInterval(() => {
    readFile(`/proc/${pid}/statm`, 'utf8').then(
      (text) => {
        if (Number(text.split(' ')[1]) * PAGE_BYTES <= maxBytes) return;
        clearInterval(timer);
        onExcess();
      },
      // It has ended.
      () => {},
    );
  }, INTERVAL_MS);
  return () => clearInterval(timer);
}
