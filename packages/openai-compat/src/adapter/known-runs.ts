import type { Run } from '@cogitator-ai/openai-protocol';
import type { Commit, Storage } from '@cogitator-ai/openai-storage';

/** Size of all runs remembered, in UTF-16 units; of more, those that were not written for longest are forgotten. */
const MAX_SIZE = 16 * 2 ** 20;

/** Runs as this process has written them last, for those who cannot wait for the storage. */
export class KnownRuns {
  readonly #runs = new Map<string, { readonly threadId: string; readonly text: string }>();
  #size = 0;

  /** The same storage; what is committed through it is known from then on. */
  watch(storage: Storage): Storage {
    return {
      name: storage.name,
      events: storage.events,
      blobs: storage.blobs,
      get: (key) => storage.get(key),
      getMany: (keys) => storage.getMany(keys),
      list: (request) => storage.list(request),
      due: (kind, limit) => storage.due(kind, limit),
      renew: (leases, options) => storage.renew(leases, options),
      now: () => storage.now(),
      close: () => storage.close(),
      commit: async (commit) => {
        const result = await storage.commit(commit);
        if (result.ok) this.#note(commit);
        return result;
      },
    };
  }

  get(threadId: string, runId: string): Run | undefined {
    const known = this.#runs.get(runId);
    return known?.threadId === threadId ? (JSON.parse(known.text) as Run) : undefined;
  }

  #note({ writes = [] }: Commit): void {
    for (const write of writes) {
      const { kind, id, path } = write.key;
      if (kind === 'thread' && write.write === 'delete') this.#forgetThread(id);
      if (kind !== 'run') continue;
      // The last one written is the last one in the map.
      this.#forget(id);
      if (write.write === 'delete') continue;
      this.#runs.set(id, { threadId: path[0] ?? '', text: write.body });
      this.#size += write.body.length;
    }
    for (const id of this.#runs.keys()) {
      if (this.#size <= MAX_SIZE) return;
      this.#forget(id);
    }
  }

  #forget(id: string): void {
    this.#size -= this.#runs.get(id)?.text.length ?? 0;
    this.#runs.delete(id);
  }

  #forgetThread(threadId: string): void {
    for (const [id, known] of this.#runs) if (known.threadId === threadId) this.#forget(id);
  }
}
