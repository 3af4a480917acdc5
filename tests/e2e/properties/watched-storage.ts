import type { Storage } from '@cogitator-ai/openai-storage';
import { replaceMembers } from '../server/replace-members.ts';

/** A store, and what was changed in it. */
export interface WatchedStorage {
  readonly storage: Storage;
  /** Counts the commits that were applied; notes of blobs that have no record yet come and go. */
  readonly commits: number;
  /** Ids of the blobs there are. */
  readonly blobs: ReadonlySet<string>;
}

export function watchStorage(storage: Storage): WatchedStorage {
  let commits = 0;
  const blobs = new Set<string>();
  const watchedBlobs = replaceMembers(storage.blobs, {
    put: async (...args) => {
      const stored = await storage.blobs.put(...args);
      blobs.add(args[0]);
      return stored;
    },
    delete: async (id) => {
      blobs.delete(id);
      return storage.blobs.delete(id);
    },
  });
  return {
    storage: replaceMembers(storage, {
      blobs: watchedBlobs,
      commit: async (commit) => {
        const result = await storage.commit(commit);
        const isNote = commit.writes?.every(({ key }) => key.kind === 'unowned_blob') ?? false;
        if (result.ok && !isNote) commits++;
        return result;
      },
    }),
    get commits() {
      return commits;
    },
    blobs,
  };
}
