import { type Storage, StorageError } from '@cogitator-ai/openai-storage';

/** A commit that was not answered: it may have been applied, or be applied in a moment. */
export class CommitInDoubtError extends StorageError {
  constructor(cause: StorageError) {
    super(cause.code, cause.message, { cause });
    this.name = 'CommitInDoubtError';
  }
}

/** The same storage; its commits that are not answered reject as {@link CommitInDoubtError}. */
export function tellDoubts(storage: Storage): Storage {
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
    async commit(commit) {
      try {
        return await storage.commit(commit);
      } catch (error) {
        const isInDoubt = StorageError.isInstance(error) && error.code === 'unavailable';
        throw isInDoubt ? new CommitInDoubtError(error) : error;
      }
    },
  };
}
