import { type Child, startChild } from './start-child.ts';
import { residentBytes } from './watch-memory.ts';

/** How long a process waits for another file, in ms. */
const IDLE_MS = 5000;
/** Files that one process reads at most. */
const MAX_FILES = 100;

interface Idle {
  readonly child: Child;
  readonly timer: NodeJS.Timeout;
}

/**
 * Processes that read files, one at a time each. One that has read its file well may read another, because it takes longer to start
 * one than to read most files.
 */
export class ChildPool {
  readonly #memoryBytes: number;
  readonly #idle: Idle[] = [];
  readonly #files = new WeakMap<Child, number>();
  #isClosed = false;

  /** @param options.memoryBytes - Memory of each. */
  constructor({ memoryBytes }: { memoryBytes: number }) {
    this.#memoryBytes = memoryBytes;
  }

  /** @returns A process for the caller alone, who gives it back or kills it. @throws what keeps one from being started. */
  async take(): Promise<Child> {
    for (;;) {
      const idle = this.#idle.pop();
      if (!idle) return startChild({ memoryBytes: this.#memoryBytes });
      clearTimeout(idle.timer);
      if (isReady(idle.child)) return idle.child;
      idle.child.kill();
    }
  }

  /** Takes a process back that has read a file well. */
  giveBack(child: Child): void {
    const files = (this.#files.get(child) ?? 0) + 1;
    this.#files.set(child, files);
    // What it has not given back of its memory would count as that of the next file.
    if (this.#isClosed || files >= MAX_FILES || residentBytes(child.pid) > this.#memoryBytes / 3) return child.kill();
    const timer = setTimeout(() => {
      this.#idle.splice(this.#idle.indexOf(idle), 1);
      child.kill();
    }, IDLE_MS);
    const idle = { child, timer };
    this.#idle.push(idle);
  }

  /** Ends the processes that nobody has, and those that are given back. */
  close(): void {
    this.#isClosed = true;
    for (const { child, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      child.kill();
    }
  }
}

/** Whether a process can be given a file: it is there, and has said nothing that it was not asked. */
function isReady({ hasEnded, input, output }: Child): boolean {
  return !hasEnded() && input.writable && output.readableLength === 0;
}
