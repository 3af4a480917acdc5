import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Store } from './store.ts';

export interface SqliteStore extends Store {
  /** The database file. */
  readonly path: string;
}

/** @param folder - Where to keep everything; it stays. Default one of its own. */
export function createSqliteStore({ folder }: { folder?: string } = {}): SqliteStore {
  const own = folder ?? mkdtempSync(join(tmpdir(), 'faults-'));
  const path = join(own, 'storage.db');
  const blobs = join(own, 'blobs');
  return {
    url: `sqlite:${path}`,
    path,

    async findLeftovers(fileIds) {
      const database = new DatabaseSync(path, { readOnly: true });
      const rows = database.prepare('SELECT key, file FROM blob').all() as { key: string; file: string }[];
      const transit = database.prepare('SELECT file FROM blob_file_in_transit').all() as { file: string }[];
      database.close();
      const named = new Set(rows.map(({ file }) => file));
      return [
        ...rows.filter(({ key }) => !fileIds.has(key)).map(({ key }) => `blob ${key}`),
        ...transit.map(({ file }) => `in transit ${file}`),
        ...filesBelow(blobs)
          .filter((file) => !named.has(file))
          .map((file) => `file ${file}`),
      ];
    },

    ageLeftovers: async () => {},
    remove: async () => {
      if (folder === undefined) rmSync(own, { recursive: true });
    },
  };
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
}
