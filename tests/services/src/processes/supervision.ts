import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program, Reports, Request, SupervisorOptions } from './supervisor.ts';

/** How much of what a program has printed is shown, in characters. */
const LOG_CHARACTERS = 4_000;

/** A folder and at most one program at a time, which both go when this process does. */
export class Supervision {
  /** Folder for the data. */
  readonly dir: string;
  readonly #log: string;
  readonly #supervisor: ChildProcess;
  #running: { pid: number; exited: Promise<Reports['exited']> } | undefined;

  private constructor(supervisor: ChildProcess, { dir, log }: Reports['opened']) {
    this.#supervisor = supervisor;
    this.dir = dir;
    this.#log = log;
  }

  static async open(options: SupervisorOptions): Promise<Supervision> {
    const supervisor = fork(join(import.meta.dirname, 'supervisor.ts'), [JSON.stringify(options)], {
      // Ctrl-C in a terminal is for this process, which may need the server for a moment longer.
      detached: true,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const opened = await nextReport(supervisor, 'opened');
    if (opened.type === 'exited') throw new Error(`There is no folder for ${options.name}: ${opened.reason}.`);
    supervisor.unref();
    supervisor.channel?.unref();
    return new Supervision(supervisor, opened);
  }

  /** Of the program, while one runs. */
  get pid(): number | undefined {
    return this.#running?.pid;
  }

  /** The end of what programs have printed here. */
  get log(): string {
    return readFileSync(this.#log, 'utf8').slice(-LOG_CHARACTERS);
  }

  /** Starts a program. @throws when there is no such program. */
  async start(program: Program): Promise<void> {
    const exited = nextReport(this.#supervisor, 'exited');
    const started = nextReport(this.#supervisor, 'started');
    this.#send({ type: 'start', program });
    const report = await this.#awake(Promise.race([started, exited]));
    if (report.type === 'exited') throw new Error(`${program.command} cannot be started: ${report.reason}.`);
    const running = { pid: report.pid, exited };
    this.#running = running;
    void exited.then(() => {
      if (this.#running === running) this.#running = undefined;
    });
  }

  /** Runs a program to its end. @throws when it fails, with what it has printed. */
  async run(program: Program): Promise<void> {
    await this.start(program);
    const exited = await this.exited();
    if (!exited?.succeeded) throw new Error(`${program.command} failed (${exited?.reason}):\n${this.log}`);
  }

  /** To all processes of the program where it cannot be heard by it, else to the program. */
  signal(signal: NodeJS.Signals): void {
    this.#send({ type: 'signal', signal });
  }

  /** Resolves when the program and all that it had started are gone. */
  async exited(): Promise<Reports['exited'] | undefined> {
    return this.#running && this.#awake(this.#running.exited);
  }

  /** Ends the program and removes the folder. May be called twice. */
  async close(): Promise<void> {
    const supervisor = this.#supervisor;
    if (supervisor.exitCode !== null || supervisor.signalCode !== null) return;
    const exited = once(supervisor, 'exit');
    supervisor.ref();
    if (supervisor.connected) supervisor.disconnect();
    await exited;
  }

  #send(request: Request): void {
    if (!this.#supervisor.connected) throw new Error('The server has been removed.');
    this.#supervisor.send(request);
  }

  /** Keeps this process running while it waits. */
  async #awake<T>(work: Promise<T>): Promise<T> {
    this.#supervisor.channel?.ref();
    try {
      return await work;
    } finally {
      this.#supervisor.channel?.unref();
    }
  }
}

/** The next report of a kind; an exit instead where the supervisor itself is gone. */
function nextReport<Type extends keyof Reports>(
  supervisor: ChildProcess,
  type: Type,
): Promise<Reports[Type] | Reports['exited']> {
  return new Promise((resolve) => {
    const settle = (report: Reports[Type] | Reports['exited']): void => {
      supervisor.off('message', onMessage);
      supervisor.off('exit', onExit);
      resolve(report);
    };
    const onMessage = (message: unknown): void => {
      const report = message as Reports[keyof Reports];
      if (report.type === type) settle(report as Reports[Type]);
    };
    const onExit = (): void => settle({ type: 'exited', reason: 'its supervisor has ended', succeeded: false });
    supervisor.on('message', onMessage);
    supervisor.once('exit', onExit);
  });
}
