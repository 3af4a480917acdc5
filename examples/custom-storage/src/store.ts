import { StorageError } from '@cogitator-ai/openai-storage';
import { ClassicLevel } from 'classic-level';
import type { Key, Range } from './keys.ts';

type Level = ClassicLevel<string, unknown>;
type Snapshot = ReturnType<Level['snapshot']>;

interface ScanOptions {
  readonly reverse?: boolean;
  readonly limit?: number;
}

/**
 * What this driver needs of a sorted key-value store: reads at one moment, transactions one after another. The only file
 * that knows LevelDB; another store means another such file.
 */
export class Store {
  readonly #level: Level;
  readonly #sync: boolean;
  /** The last transaction of each queue. */
  readonly #queues = new Map<string, Promise<unknown>>();
  #closing: Promise<void> | undefined;

  private constructor(level: Level, sync: boolean) {
    this.#level = level;
    this.#sync = sync;
  }

  static async open(path: string, sync: boolean): Promise<Store> {
    const level: Level = new ClassicLevel(path, { keyEncoding: 'utf8', valueEncoding: 'json' });
    await level.open().catch((error: unknown) => {
      throw new StorageError('unavailable', `'${path}' cannot be opened; another process may have it open.`, {
        cause: error,
      });
    });
    return new Store(level, sync);
  }

  assertOpen(): void {
    if (this.#closing) throw closed();
  }

  /** Reads what is stored at one moment. */
  async read<T>(task: (view: View) => Promise<T>): Promise<T> {
    this.assertOpen();
    return translated(async () => {
      const snapshot = this.#level.snapshot();
      try {
        return await task(new View(this.#level, snapshot));
      } finally {
        await snapshot.close();
      }
    });
  }

  /**
   * Runs a task that reads and writes. Tasks of one queue follow one another, and what a task writes is stored at once
   * when it is over, or not at all when it throws.
   */
  async transact<T>(queue: string, task: (transaction: Transaction) => Promise<T>): Promise<T> {
    this.assertOpen();
    const run = async (): Promise<T> => {
      const transaction = new Transaction(this.#level);
      const result = await task(transaction);
      await transaction.write(this.#sync);
      return result;
    };
    const before = this.#queues.get(queue) ?? Promise.resolve();
    const result = before.then(() => translated(run));
    const settled = result.catch(() => {});
    this.#queues.set(queue, settled);
    void settled.then(() => this.#queues.get(queue) === settled && this.#queues.delete(queue));
    return result;
  }

  async putBytes(key: Key<Uint8Array>, value: Uint8Array): Promise<void> {
    this.assertOpen();
    await translated(() => this.#level.put(key, value, { valueEncoding: 'view' }));
  }

  async getBytes(key: Key<Uint8Array>): Promise<Uint8Array | undefined> {
    this.assertOpen();
    return translated(() => this.#level.get<string, Uint8Array>(key, { valueEncoding: 'view' }));
  }

  async deleteAll(range: Range<unknown>): Promise<void> {
    this.assertOpen();
    await translated(() => this.#level.clear(range));
  }

  /** Waits for what is under way. */
  close(): Promise<void> {
    this.#closing ??= Promise.all(this.#queues.values()).then(() => this.#level.close());
    return this.#closing;
  }
}

/** The store as it was at one moment. */
export class View {
  readonly #level: Level;
  readonly #options: { snapshot?: Snapshot };

  constructor(level: Level, snapshot?: Snapshot) {
    this.#level = level;
    this.#options = snapshot ? { snapshot } : {};
  }

  async get<T>(key: Key<T>): Promise<T | undefined> {
    return this.#level.get<string, T>(key, { ...this.#options });
  }

  getMany<T>(keys: readonly Key<T>[]): Promise<(T | undefined)[]> {
    return this.#level.getMany<string, T>([...keys], { ...this.#options });
  }

  keys(range: Range<unknown>): Promise<string[]> {
    return this.#level.keys({ ...range, ...this.#options }).all();
  }

  values<T>(range: Range<T>, options: ScanOptions = {}): Promise<T[]> {
    return this.#level.values<string, T>({ ...range, ...options, ...this.#options }).all();
  }
}

/**
 * Collects writes; `get` sees them, `keys` and `values` see what is stored. LevelDB has no transactions, only batches that
 * are written as a whole. Where a store has some, this class goes.
 */
export class Transaction extends View {
  readonly #level: Level;
  /** `undefined` where a key is deleted. */
  readonly #written = new Map<string, unknown>();
  readonly #afterwards: (() => void)[] = [];

  constructor(level: Level) {
    super(level);
    this.#level = level;
  }

  override async get<T>(key: Key<T>): Promise<T | undefined> {
    return this.#written.has(key) ? (this.#written.get(key) as T | undefined) : super.get(key);
  }

  put<T>(key: Key<T>, value: T): void {
    this.#written.set(key, value);
  }

  delete(key: Key<unknown>): void {
    this.#written.set(key, undefined);
  }

  /** Has something happen once the writes are stored, before the next transaction of the queue. */
  afterwards(task: () => void): void {
    this.#afterwards.push(task);
  }

  async write(sync: boolean): Promise<void> {
    const operations = [...this.#written].map(([key, value]) =>
      value === undefined ? { type: 'del' as const, key } : { type: 'put' as const, key, value },
    );
    await this.#level.batch(operations, { sync });
    for (const task of this.#afterwards) task();
  }
}

/** LevelDB's errors in the contract's words; all others, such as those of a blob's source, pass. */
async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'LEVEL_DATABASE_NOT_OPEN') throw closed();
    if (code.startsWith('LEVEL_')) throw new StorageError('unavailable', 'LevelDB failed.', { cause: error });
    throw error;
  }
}

function closed(): StorageError {
  return new StorageError('closed', 'The storage is closed.');
}
