import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** What a process has used so far. */
export interface Usage {
  /** User and system time, in µs. */
  readonly cpu: number;
  /** Resident memory, in bytes. */
  readonly rss: number;
}

/** A server in a process of its own, so that its CPU time is its alone. */
export class MeasuredProcess {
  readonly origin: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, origin: string) {
    this.#child = child;
    this.origin = origin;
  }

  /** @param module - Calls {@link reportTo} once it listens. */
  static async start(module: string, environment: Record<string, string> = {}): Promise<MeasuredProcess> {
    const child = fork(module, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [origin] = (await once(child, 'message', { signal: AbortSignal.timeout(20_000) })) as [string];
    return new MeasuredProcess(child, origin);
  }

  async usage(): Promise<Usage> {
    const answer = once(this.#child, 'message', { signal: AbortSignal.timeout(20_000) });
    this.#child.send('usage');
    const [usage] = (await answer) as [Usage];
    return usage;
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    // Its end of the channel exits by itself; a process that hangs is killed.
    this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await exited;
    clearTimeout(timer);
  }
}
