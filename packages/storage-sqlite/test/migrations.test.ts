import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RECORD_KINDS, type RecordKind, type RecordKindSpec } from '@cogitator-ai/openai-storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteStorage } from '../src/sqlite-storage.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'openai-sqlite-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A database as this version makes it. */
async function database(name: string): Promise<DatabaseSync> {
  const path = join(folder, name);
  await (await openSqliteStorage({ path })).close();
  return new DatabaseSync(path);
}

describe('the database', () => {
  it('has a table for each kind of record, with its filters and an index for each', async () => {
    const tables = await database('tables.db');
    for (const [kind, { filters }] of Object.entries(RECORD_KINDS) as [RecordKind, RecordKindSpec][]) {
      const columns = tables
        .prepare('SELECT name FROM pragma_table_xinfo(?)')
        .all(kind)
        .map(({ name }) => name);
      expect(columns).toEqual(expect.arrayContaining(['id', 'body', 'version', ...filters]));
      const indexes = tables.prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?").all(kind);
      const texts = indexes.map(({ sql }) => String(sql));
      for (const filter of filters) expect(texts.join()).toContain(`${filter}, id)`);
    }
    tables.close();
  });

  it('can be asked by people for what its objects say', async () => {
    const path = join(folder, 'people.db');
    const storage = await openSqliteStorage({ path });
    const body = JSON.stringify({ status: 'queued', created_at: 7 });
    await storage.commit({
      writes: [
        { write: 'insert', key: { kind: 'thread', path: [], id: 'thread_1' }, body: '{}' },
        { write: 'insert', key: { kind: 'run', path: ['thread_1'], id: 'run_1' }, body },
      ],
    });
    await storage.close();
    const people = new DatabaseSync(path);
    expect({ ...people.prepare('SELECT thread_id, id, status, created_at FROM run').get() }).toEqual({
      thread_id: 'thread_1',
      id: 'run_1',
      status: 'queued',
      created_at: 7,
    });
    people.close();
  });

  it('is left alone when a later version made it', async () => {
    const later = await database('later.db');
    later.exec('PRAGMA user_version = 1000');
    later.close();
    const opening = openSqliteStorage({ path: join(folder, 'later.db') });
    await expect(opening).rejects.toMatchObject({ name: 'StorageError', code: 'schema_mismatch' });
  });

  it.each([0, 1])('is not made in the database of somebody else, of version %i', async (version) => {
    const path = join(folder, `foreign-${version}.db`);
    const foreign = new DatabaseSync(path);
    foreign.exec(`CREATE TABLE theirs (a); PRAGMA user_version = ${version}`);
    await expect(openSqliteStorage({ path })).rejects.toMatchObject({ name: 'StorageError', code: 'schema_mismatch' });
    expect(foreign.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'theirs' }]);
    foreign.close();
  });

  it('is refused when it is none, or cannot be there', async () => {
    writeFileSync(join(folder, 'none.db'), 'This is not a database, though it is long enough to be one.'.repeat(20));
    const opening = openSqliteStorage({ path: join(folder, 'none.db') });
    await expect(opening).rejects.toMatchObject({ code: 'schema_mismatch' });
    await expect(openSqliteStorage({ path: join(folder, 'none.db', 'x.db') })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
