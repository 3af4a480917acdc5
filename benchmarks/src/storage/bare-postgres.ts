import { Pool } from 'pg';
import { bodyOf, createIds, expectPage, type Subject } from './subject.ts';

const INSERT = `
  INSERT INTO message SELECT $1, $2, $3 WHERE EXISTS (SELECT 1 FROM thread WHERE id = $1)
    AND NOT EXISTS (SELECT 1 FROM active_run WHERE thread_id = $1)`;
const SELECT = 'SELECT id, body FROM message WHERE thread_id = $1 ORDER BY id DESC LIMIT $2';

/** The least that keeps messages in PostgreSQL: a table, and one prepared statement for each thing to do. */
export async function createBarePostgres(url: string, schema: string): Promise<Subject> {
  const pool = new Pool({ connectionString: url, options: `-c search_path=${schema}` });
  await pool.query(`
    CREATE SCHEMA ${schema};
    CREATE TABLE ${schema}.thread (id text COLLATE "C" PRIMARY KEY);
    CREATE TABLE ${schema}.active_run (thread_id text COLLATE "C" PRIMARY KEY);
    CREATE TABLE ${schema}.message (
      thread_id text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, body text NOT NULL, PRIMARY KEY (thread_id, id)
    );
    INSERT INTO ${schema}.thread VALUES ('thread_1')`);
  const nextId = createIds();
  let messages = 0;

  return {
    async fill(count) {
      const ids = Array.from({ length: count }, nextId);
      await pool.query("INSERT INTO message SELECT 'thread_1', * FROM unnest($1::text[], $2::text[])", [
        ids,
        ids.map(bodyOf),
      ]);
      messages += count;
    },
    async append() {
      const id = nextId();
      const { rowCount } = await pool.query({ name: 'append', text: INSERT, values: ['thread_1', id, bodyOf(id)] });
      if (rowCount !== 1) throw new Error('The message was not inserted.');
      messages++;
    },
    async list(limit) {
      const { rows } = await pool.query({ name: 'list', text: SELECT, values: ['thread_1', limit + 1] });
      expectPage(Math.min(rows.length, limit), rows.length > limit, { limit, messages });
    },
    async close() {
      await pool.query(`DROP SCHEMA ${schema} CASCADE`);
      await pool.end();
    },
  };
}
