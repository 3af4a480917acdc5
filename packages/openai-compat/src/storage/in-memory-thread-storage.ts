import type { Storage } from '@cogitator-ai/openai-storage';
import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import { FullThreadStorage } from './full-thread-storage.ts';

/** Everything in memory: gone with the object. */
export class InMemoryThreadStorage extends FullThreadStorage {
  readonly name = 'memory';
  readonly #memory = createMemoryStorage();

  protected open(): Promise<Storage> {
    return Promise.resolve(this.#memory);
  }

  /** Nothing is closed, and nothing lost. */
  override async disconnect(): Promise<void> {}
}
