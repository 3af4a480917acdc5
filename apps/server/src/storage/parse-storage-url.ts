import { z } from 'zod';

/** A storage that a URL names. */
export type StorageTarget =
  | { readonly driver: 'memory' }
  | { readonly driver: 'sqlite'; readonly path: string; readonly synchronous?: 'normal' | 'full' | undefined }
  | {
      readonly driver: 'postgres';
      readonly url: string;
      readonly schema?: string | undefined;
      readonly maxConnections?: number | undefined;
    }
  | { readonly driver: 'redis'; readonly url: string; readonly keyPrefix?: string | undefined };

const SqliteParameters = z.strictObject({ synchronous: z.enum(['normal', 'full']).optional() });
const PostgresParameters = z.object({
  schema: z.string().min(1).optional(),
  max_connections: z
    .string()
    .regex(/^[1-9]\d{0,3}$/)
    .transform(Number)
    .optional(),
});
const RedisParameters = z.strictObject({ key_prefix: z.string().optional() });

/**
 * Reads a storage URL: `memory:`; `sqlite:FILE`, with `?synchronous=full`; `postgres://…`, with `schema` and
 * `max_connections` besides the parameters that PostgreSQL knows; `redis://…` or `rediss://…`, with `key_prefix`.
 *
 * @returns `null` when it is none of these.
 */
export function parseStorageUrl(text: string): StorageTarget | null {
  const [, scheme = ''] = /^([a-z]+):/.exec(text) ?? [];
  switch (scheme) {
    case 'memory':
      return text === 'memory:' ? { driver: 'memory' } : null;
    case 'sqlite':
      return parseSqlite(text);
    case 'postgres':
    case 'postgresql':
      return parsePostgres(text);
    case 'redis':
    case 'rediss':
      return parseRedis(text);
    default:
      return null;
  }
}

/** `sqlite:./file`, `sqlite:/file` and `sqlite:///file`, which others write. */
function parseSqlite(text: string): StorageTarget | null {
  const [, path, query = ''] = /^sqlite:(?:\/\/(?=\/))?(?!\/\/)([^?:][^?]*)(?:\?(.*))?$/.exec(text) ?? [];
  const parameters = SqliteParameters.safeParse(Object.fromEntries(new URLSearchParams(query)));
  return path === undefined || !parameters.success ? null : { driver: 'sqlite', path, ...parameters.data };
}

function parsePostgres(text: string): StorageTarget | null {
  const url = parseUrl(text);
  const parameters = PostgresParameters.safeParse(Object.fromEntries(url?.searchParams ?? []));
  if (!url || !parameters.success) return null;
  const { schema, max_connections: maxConnections } = parameters.data;
  for (const name of Object.keys(PostgresParameters.shape)) url.searchParams.delete(name);
  return { driver: 'postgres', url: url.href, schema, maxConnections };
}

function parseRedis(text: string): StorageTarget | null {
  const url = parseUrl(text);
  const parameters = RedisParameters.safeParse(Object.fromEntries(url?.searchParams ?? []));
  if (!url || !parameters.success) return null;
  url.search = '';
  return { driver: 'redis', url: url.href, keyPrefix: parameters.data.key_prefix };
}

/** Only URLs of a server: a scheme alone names none. */
function parseUrl(text: string): URL | null {
  return /^\w+:\/\/./.test(text) && URL.canParse(text) ? new URL(text) : null;
}
