import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account, Program, Report, Request, SupervisorOptions } from './supervisor.ts';

export interface SupervisionOptions {
  /** What the folder's name begins with. */
  name: string;
  /** Folder in which the service's own folder is made. Default that for temporary files. */
  dir?: string | undefined;
  account?: Account | undefined;
  endSignal: NodeJS.Signals;
}

/** One program at a time in a folder of its own, both gone once this process is. */
export class Supervision {
  readonly folder: string;
  readonly #supervisor: ChildProcess;
  /** The running program. */
  #running: { pid: number; exited: Promise<Extract<Report, { type: 'exited' }>> } | undefined;

  private constructor(supervisor: ChildProcess, folder: string) {
    this.#supervisor = supervisor;
    this.folder = folder;
  }

  static async open({ name, dir = tmpdir(), account, endSignal }: SupervisionOptions): Promise<Supervision> {
    const options: SupervisorOptions = { folderPrefix: join(dir, `${name}-`), account: account ?? null, endSignal };
    const supervisor = fork(join(import.meta.dirname, 'supervisor.ts'), [JSON.stringify(options)], {
      // A session of its own: Ctrl-C reaches this process, which may still need the server.
      detached: true,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const opened = await reportOf(supervisor, 'opened');
    if (opened.type !== 'opened') throw new Error(`No folder for ${name} could be made in ${dir}.`);
    supervisor.unref();
    supervisor.channel!.unref();
    return new Supervision(supervisor, opened.folder);
  }

  /** The process id of the program, while one runs. */
  get pid(): number | undefined {
    return this.#running?.pid;
  }

  /** Resolves when the program is gone, with all that it started; at once when none runs. */
  async exited(): Promise<void> {
    await this.#holding(this.#running?.exited);
  }

  /** The end of what the programs have printed. */
  log(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8').slice(-4_000);
  }

  /** Runs a program to its end. @throws When it fails, with the end of its output. */
  async run(program: Program): Promise<void> {
    await this.start(program);
    const { succeeded, reason } = await this.#holding(this.#running!.exited);
    if (!succeeded) throw new Error(`${program.file} failed (${reason}):\n${this.log()}`);
  }

  async start(program: Program): Promise<void> {
    const exited = reportOf(this.#supervisor, 'exited') as Promise<Extract<Report, { type: 'exited' }>>;
    const started = reportOf(this.#supervisor, 'started');
    this.#send({ type: 'start', program });
    const first = await this.#holding(Promise.race([started, exited]));
    if (first.type === 'exited') throw new Error(`${program.file} cannot be run: ${first.reason}`);
    if (first.type !== 'started') return;
    const running = { pid: first.pid, exited };
    this.#running = running;
    void exited.then(() => {
      if (this.#running === running) this.#running = undefined;
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#send({ type: 'signal', signal });
  }

  /** Ends the program and removes the folder. May be called twice. */
  async close(): Promise<void> {
    if (this.#supervisor.exitCode !== null || this.#supervisor.signalCode !== null) return;
    this.#supervisor.ref();
    const gone = once(this.#supervisor, 'exit');
    if (this.#supervisor.connected) this.#supervisor.disconnect();
    await gone;
  }

  #send(request: Request): void {
    this.#supervisor.send(request);
  }

  /** Keeps this process running while it waits. */
  async #holding<T>(work: T | Promise<T>): Promise<T> {
    this.#supervisor.channel?.ref();
    try {
      return await work;
    } finally {
      this.#supervisor.channel?.unref();
    }
  }
}
