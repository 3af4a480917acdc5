import type { Run } from '@cogitator-ai/openai-protocol';
import type { Commit, Storage } from '@cogitator-ai/openai-storage';

/** Runs remembered; of more, those that were not written for longest are forgotten. */
const MAX_RUNS = 10_000;

/** Runs as this process has written them last, for those who cannot wait for the storage. */
export class KnownRuns {
  readonly #runs = new Map<string, { readonly threadId: string; readonly text: string }>();

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
      this.#runs.delete(id);
      if (write.write !== 'delete') this.#runs.set(id, { threadId: path[0] ?? '', text: write.body });
    }
    for (const id of this.#runs.keys()) {
      if (this.#runs.size <= MAX_RUNS) return;
      this.#runs.delete(id);
    }
  }

  #forgetThread(threadId: string): void {
    for (const [id, known] of this.#runs) if (known.threadId === threadId) this.#runs.delete(id);
  }
}
