import { randomBytes } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';

/** The real server that the tests talk to. */
export const url = process.env['DATABASE_URL'] as string;

/** A schema of its own for each test file. */
export function newSchema(): string {
  return `test_${randomBytes(6).toString('hex')}`;
}

/** Runs one statement as somebody beside the storage. */
export async function query<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

export async function dropSchema(schema: string): Promise<void> {
  await query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
}
