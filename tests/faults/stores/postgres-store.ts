import { type PostgresOptions, startPostgres } from '@cogitator-ai/tests-services';
import { Client } from 'pg';
import type { ServerStore } from './store.ts';

export interface PostgresStore extends ServerStore {
  /** Asks the database itself, on a connection of its own. */
  query<Row extends object>(text: string): Promise<Row[]>;
}

/** A PostgreSQL whose commits are on the disk before they are answered. */
export async function startPostgresStore(options: PostgresOptions = {}): Promise<PostgresStore> {
  const service = await startPostgres({ durable: true, ...options });

  async function query<Row extends object>(text: string): Promise<Row[]> {
    const client = new Client(service.url);
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }

  return {
    service,
    url: service.url,
    query,

    async findLeftovers(fileIds) {
      const blobs = await query<{ key: string }>('SELECT key FROM openai.blob');
      const chunks = await query<{ upload_id: string }>(
        'SELECT DISTINCT upload_id FROM openai.blob_chunk WHERE upload_id NOT IN (SELECT upload_id FROM openai.blob)',
      );
      const uploads = await query<{ id: string }>('SELECT id FROM openai.blob_upload');
      return [
        ...blobs.filter(({ key }) => !fileIds.has(key)).map(({ key }) => `blob ${key}`),
        ...chunks.map(({ upload_id: id }) => `chunks of upload ${id}`),
        ...uploads.map(({ id }) => `upload ${id}`),
      ];
    },

    async ageLeftovers() {
      await query('UPDATE openai.blob_upload SET active_at = 0');
    },

    remove: () => service.remove(),
  };
}
