import { randomUUID } from 'node:crypto';
import { APIConnectionTimeoutError, APIError } from 'openai';

/** Failures of which a client knows what to do: to try again, or that its run has ended. */
const CLEAR = new Set(['503 server_error', 'run failed: server_error', 'stream ended: server_error']);

export interface CompletedRun {
  readonly threadId: string;
  readonly runId: string;
  /** What was answered. */
  readonly text: string;
  /** Whether that is all of it: a store that is killed may lose the end of a stream, not of a message. */
  readonly isWhole: boolean;
}

/** What clients were told, to be compared with what is there afterwards. */
export class Ledger {
  readonly repeats: boolean;
  /** Names that were given to what was written, acknowledged or not. */
  readonly names = new Set<string>();
  /** Ids of threads, and of each the names of the messages that were acknowledged, by their ids. */
  readonly threads = new Map<string, Map<string, string>>();
  /** Names of files, by their ids. */
  readonly files = new Map<string, string>();
  /** Runs that ended as completed. */
  readonly runs: CompletedRun[] = [];
  /** Paths of what was deleted. */
  readonly deleted: string[] = [];
  /** What went wrong, for people: each kind once. */
  readonly failures = new Set<string>();
  /** How often each activity has come to its end. */
  readonly done = { thread: 0, file: 0, stream: 0, poll: 0 };

  /** Failures that leave a client in the dark, such as a silent server or a 4xx for what it did right. */
  get unclearFailures(): string[] {
    return [...this.failures].filter((failure) => !CLEAR.has(failure));
  }

  /** @param repeats - Whether clients try again when no answer comes, so that what they ask for may be done twice. */
  constructor({ repeats }: { repeats: boolean }) {
    this.repeats = repeats;
  }

  newName(): string {
    const name = randomUUID();
    this.names.add(name);
    return name;
  }

  /** Does something that may fail; answers whether it did not. */
  async attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.failures.add(nameOfFailure(error));
      return false;
    }
  }
}

/** A run that did not end as completed. */
export class RunFailedError extends Error {
  constructor(status: string, code: string | undefined) {
    super(`run ${status}: ${code}`);
  }
}

/** What a client learns of a failure: the status, the type and the message of the error, or how the connection ended. */
function nameOfFailure(error: unknown): string {
  if (error instanceof APIConnectionTimeoutError) return 'no answer';
  if (error instanceof APIError) {
    if (error.status !== undefined) return `${error.status} ${error.type}`;
    return error.type === undefined ? 'connection lost' : `stream ended: ${error.type}`;
  }
  if (error instanceof RunFailedError) return error.message;
  // What fetch says of a body that broke off.
  return error instanceof TypeError && error.message === 'terminated' ? 'connection lost' : String(error);
}
