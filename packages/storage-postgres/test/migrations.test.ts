import { RECORD_KINDS, type RecordKind, type RecordKindSpec } from '@cogitator-ai/openai-storage';
import { Client, Pool } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migratePostgres, openPostgresStorage } from '../src/index.ts';
import { dropSchema, newSchema, query, url } from './database.ts';

const MIGRATIONS = ['0001_initial.sql', '0002_vector_stores.sql'];

let schema: string;
beforeEach(() => {
  schema = newSchema();
});
afterEach(() => dropSchema(schema));

/** The server as another role sees it. */
function withUser(role: string): string {
  const changed = new URL(url);
  changed.username = role;
  changed.password = 'app';
  return changed.href;
}

describe('the schema', () => {
  it('has a table for each kind of record, with its filters and an index for each', async () => {
    await migratePostgres({ url, schema });
    for (const [kind, { filters }] of Object.entries(RECORD_KINDS) as [RecordKind, RecordKindSpec][]) {
      const columns = await query<{ name: string }>(
        'SELECT column_name AS name FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2',
        [schema, kind],
      );
      expect(columns.map(({ name }) => name)).toEqual(expect.arrayContaining(['id', 'body', 'version', ...filters]));
      const indexes = await query<{ text: string }>(
        'SELECT indexdef AS text FROM pg_indexes WHERE schemaname = $1 AND tablename = $2',
        [schema, kind],
      );
      for (const filter of filters) {
        expect(indexes.map(({ text }) => text).join()).toContain(`(owner, ${filter}, id)`);
      }
    }
  });

  it('can be asked by people for what its objects say', async () => {
    const storage = await openPostgresStorage({ url, schema });
    const body = JSON.stringify({ id: 'run_1', created_at: 7, status: 'queued' });
    await storage.commit({
      writes: [
        { write: 'insert', key: { kind: 'thread', path: [], id: 'thread_1' }, body: '{}' },
        { write: 'insert', key: { kind: 'run', path: ['thread_1'], id: 'run_1' }, body },
      ],
    });
    await storage.close();
    const rows = await query(`SELECT owner, id, status, created_at, body::jsonb ->> 'id' AS named FROM ${schema}.run`);
    expect(rows).toEqual([{ owner: 'thread_1', id: 'run_1', status: 'queued', created_at: '7', named: 'run_1' }]);
  });

  it('is made once by many that open it at the same time', async () => {
    const storages = await Promise.all(Array.from({ length: 6 }, () => openPostgresStorage({ url, schema })));
    await Promise.all(storages.map((storage) => storage.close()));
    expect(await query(`SELECT number FROM ${schema}.migration`)).toEqual(
      MIGRATIONS.map((_, index) => ({ number: index + 1 })),
    );
  });

  it('is not touched by a storage that is told not to migrate', async () => {
    const opening = openPostgresStorage({ url, schema, migrate: false });
    await expect(opening).rejects.toMatchObject({ code: 'schema_mismatch', message: expect.stringContaining(schema) });
    expect(await query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])).toEqual([]);

    expect(await migratePostgres({ url, schema })).toEqual(MIGRATIONS);
    expect(await migratePostgres({ url, schema })).toEqual([]);
    const storage = await openPostgresStorage({ url, schema, migrate: false });
    expect(await storage.list({ kind: 'thread', path: [], order: 'asc', limit: 1 })).toEqual({
      records: [],
      hasMore: false,
    });
    await storage.close();
  });

  it('is left alone when a later version made it', async () => {
    await migratePostgres({ url, schema });
    await query(`INSERT INTO ${schema}.migration VALUES (1000, 'later', now())`);
    const opening = openPostgresStorage({ url, schema });
    await expect(opening).rejects.toMatchObject({ name: 'StorageError', code: 'schema_mismatch' });
  });

  it('is of no use to an earlier version, also to one that does not migrate', async () => {
    await migratePostgres({ url, schema });
    await query(`INSERT INTO ${schema}.migration VALUES (1000, 'later', now())`);
    const opening = openPostgresStorage({ url, schema, migrate: false });
    await expect(opening).rejects.toMatchObject({ code: 'schema_mismatch', message: expect.stringContaining('later') });
  });

  it('is made by a role that owns it and may create none', async () => {
    const role = `${schema}_owner`;
    await query(`CREATE ROLE ${role} LOGIN PASSWORD 'app'`);
    try {
      await query(`CREATE SCHEMA ${schema} AUTHORIZATION ${role}`);
      expect(await migratePostgres({ url: withUser(role), schema })).toEqual(MIGRATIONS);
    } finally {
      await dropSchema(schema);
      await query(`DROP ROLE ${role}`);
    }
  });

  it('that is up to date serves a role that may only write to its tables', async () => {
    await migratePostgres({ url, schema });
    const role = `${schema}_app`;
    await query(`CREATE ROLE ${role} LOGIN PASSWORD 'app'`);
    await query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
    await query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role}`);
    const storage = await openPostgresStorage({ url: withUser(role), schema });
    try {
      const thread = { kind: 'thread', path: [], id: 'thread_1' } as const;
      const run = { kind: 'run', path: ['thread_1'], id: 'run_1' } as const;
      const result = await storage.commit({
        writes: [thread, run].map((key) => ({ write: 'insert', key, body: '{}' }) as const),
        events: { stream: { partition: 'thread_1', id: 'run_1' }, fence: 0, events: [{ event: 'e', data: '1' }] },
      });
      expect(result).toEqual({ ok: true, lastEvent: 1 });
      expect(await storage.commit({ writes: [{ write: 'delete', key: thread }] })).toEqual({ ok: true });
    } finally {
      await storage.close();
      await dropSchema(schema);
      await query(`DROP ROLE ${role}`);
    }
  });

  it('has a name that PostgreSQL does not shorten', async () => {
    for (const name of ['x'.repeat(50), 'ü'.repeat(25)]) {
      await expect(openPostgresStorage({ url, schema: name })).rejects.toMatchObject({ code: 'invalid_request' });
      await expect(migratePostgres({ url, schema: name })).rejects.toMatchObject({ code: 'invalid_request' });
    }
  });

  it('can be made again after the connection broke that made it', async () => {
    const holder = new Client(url);
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock(hashtextextended($1, 1))', [schema]);
    const named = new URL(url);
    named.searchParams.set('application_name', schema);
    const migrating = migratePostgres({ url: named.href, schema });
    const failure = migrating.catch((error: unknown) => error);
    const terminate = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1';
    await expect.poll(async () => (await query(terminate, [schema])).length).toBe(1);
    expect(await failure).toMatchObject({ code: 'unavailable' });
    await holder.end();
    expect(await migratePostgres({ url, schema })).toEqual(MIGRATIONS);
  });

  it('may have any name', async () => {
    schema = `Odd "schema"; ${newSchema()}`;
    const storage = await openPostgresStorage({ url, schema });
    const key = { kind: 'thread', path: [], id: 'thread_1' } as const;
    expect(await storage.commit({ writes: [{ write: 'insert', key, body: '{}' }] })).toEqual({ ok: true });
    expect(await storage.get(key)).toMatchObject({ key, body: '{}' });
    await storage.close();
    schema = `"${schema.replaceAll('"', '""')}"`;
  });
});

it('says that the server cannot be reached, without the password', async () => {
  const opening = openPostgresStorage({ url: 'postgres://ann:secret@127.0.0.1:1/db', schema });
  const error = await opening.then(
    () => null,
    (reason: Error) => reason,
  );
  expect(error).toMatchObject({ code: 'unavailable' });
  expect(error?.message).toContain('127.0.0.1:1');
  expect(error?.message).not.toContain('secret');
});

it('has a name without the password, also where the URL names the host among its parameters', async () => {
  const { hostname, port, username, password, pathname } = new URL(url);
  const unusual = `postgres://${username}:${password}@${pathname}?host=${hostname}&port=${port}`;
  const storage = await openPostgresStorage({ url: unusual, schema });
  expect(storage.name).toBe(`postgres://${hostname}:${port}${pathname}`);
  await storage.close();
});

it('leaves a pool of the caller open', async () => {
  const pool = new Pool({ connectionString: url, max: 2 });
  const storage = await openPostgresStorage({ pool, schema });
  expect(storage.name).toBe(`postgres://${new URL(url).host}${new URL(url).pathname}`);
  await storage.close();
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await pool.end();
});
