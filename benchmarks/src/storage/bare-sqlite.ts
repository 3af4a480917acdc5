import { DatabaseSync } from 'node:sqlite';
import { bodyOf, createIds, expectPage, type Subject } from './subject.ts';

/** The least that keeps messages in SQLite: a table, and one prepared statement for each thing to do. */
export function createBareSqlite(path: string): Subject {
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE thread (id TEXT PRIMARY KEY) STRICT;
    CREATE TABLE active_run (thread_id TEXT PRIMARY KEY) STRICT;
    CREATE TABLE message (thread_id TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (thread_id, id)) STRICT;
    INSERT INTO thread VALUES ('thread_1');
  `);
  const insert = database.prepare(`
    INSERT INTO message SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM thread WHERE id = ?1)
      AND NOT EXISTS (SELECT 1 FROM active_run WHERE thread_id = ?1)`);
  const select = database.prepare('SELECT id, body FROM message WHERE thread_id = ? ORDER BY id DESC LIMIT ?');
  const nextId = createIds();
  let messages = 0;

  function insertOne(): void {
    const id = nextId();
    if (insert.run('thread_1', id, bodyOf(id)).changes !== 1) throw new Error('The message was not inserted.');
    messages++;
  }

  return {
    async fill(count) {
      database.exec('BEGIN');
      for (let left = count; left > 0; left--) insertOne();
      database.exec('COMMIT');
    },
    append: async () => insertOne(),
    async list(limit) {
      const rows = select.all('thread_1', limit + 1);
      expectPage(Math.min(rows.length, limit), rows.length > limit, { limit, messages });
    },
    close: async () => database.close(),
  };
}
