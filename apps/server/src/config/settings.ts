import { constants } from 'node:buffer';
import { z } from 'zod';
import { parseBlobsUrl } from '../storage/parse-blobs-url.ts';
import { parseStorageUrl } from '../storage/parse-storage-url.ts';

/** Where a setting's values may come from, and what `--help` and errors say of it. */
interface Setting {
  /** Long flag, without dashes. */
  readonly flag: string;
  /** Environment variables; the first that is set counts. */
  readonly environment: readonly string[];
  /** Placeholder of the value in `--help`. */
  readonly value: string;
  readonly help: string;
  /** What a value must be: "PORT must be …". */
  readonly allowed: string;
  /** Whether a value may hold a password or key, so that no error repeats it. */
  readonly secret?: boolean;
}

const ONE_HOUR_MS = 3_600_000;
const ROLES = ['all', 'api', 'worker'] as const;
const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

const Text = z.string().trim().min(1);

/** Digits, or in a file a number. Not what JavaScript would take for one: `null`, `true`, `''`, `0x10`. */
const wholeNumber = (min: number, max: number) =>
  z
    .union([z.number(), z.string().trim().regex(/^\d+$/).transform(Number)])
    .refine((number) => Number.isSafeInteger(number) && number >= min && number <= max);

/** `true` or `false`, `1` or `0`. */
const Switch = z.union([
  z.boolean(),
  z
    .string()
    .trim()
    .regex(/^(?:true|false|1|0)$/i)
    .transform((text) => /^(?:true|1)$/i.test(text)),
]);

/** A list, or `a,b`. A text without any item is a mistake; no items at all are written as `[]`, in a file. */
const listOf = (item: z.ZodType<string, string>) =>
  z.union([
    z.array(item),
    z
      .string()
      .transform((text) => text.split(',').filter((part) => part.trim() !== ''))
      .pipe(z.array(item).min(1)),
  ]);

const Origin = Text.regex(/^(?:\*|[a-z][\w+.-]*:\/\/[^/\s]+)$/i);

const AliasMap = z.record(Text, Text);

/** An object, the same as JSON text, or `old=new,other=new`. */
const Aliases = z.union([AliasMap, z.string().transform(parseAliases).pipe(AliasMap)]);

/** The configuration of the server: one schema for flags, environment and file. */
export const Config = z.strictObject({
  port: wholeNumber(0, 65_535).default(8080),
  host: Text.optional(),
  apiKeys: listOf(Text).default([]),
  storageUrl: Text.refine((url) => parseStorageUrl(url) !== null).default('sqlite:./data/storage.db'),
  storageListenUrl: Text.regex(/^postgres(?:ql)?:\/\//).optional(),
  storageMigrate: Switch.default(true),
  blobsUrl: Text.refine((url) => parseBlobsUrl(url) !== null).optional(),
  role: z.enum(ROLES).default('all'),
  maxConcurrentRuns: wholeNumber(1, 100_000).default(1000),
  leaseMs: wholeNumber(1000, ONE_HOUR_MS).default(15_000),
  heartbeatMs: wholeNumber(100, ONE_HOUR_MS).optional(),
  sweepIntervalMs: wholeNumber(100, ONE_HOUR_MS).default(2000),
  defaultModel: Text.optional(),
  modelAliases: Aliases.default({}),
  contextTokens: wholeNumber(1024, 100_000_000).default(128_000),
  embeddingModel: Text.regex(/^[^/]+\/.+$/).optional(),
  embeddingDimensions: wholeNumber(1, 65_536).optional(),
  maxConcurrentIngestions: wholeNumber(0, 1000).default(2),
  searchCacheBytes: wholeNumber(2 ** 20, 4 * 2 ** 30).default(512 * 2 ** 20),
  corsOrigin: listOf(Origin).default(['*']),
  // A longer body does not fit into one string.
  maxBodyBytes: wholeNumber(1, constants.MAX_STRING_LENGTH).default(32 * 2 ** 20),
  maxFileBytes: wholeNumber(1, Number.MAX_SAFE_INTEGER).default(512 * 2 ** 20),
  strictFileDownloads: Switch.default(false),
  metrics: Switch.default(false),
  shutdownGraceMs: wholeNumber(0, ONE_HOUR_MS).default(25_000),
  logLevel: z.enum(LOG_LEVELS).default('info'),
});
export type Config = z.infer<typeof Config>;

/** How each setting is given. A setting that is missing here does not compile. */
export const SETTINGS: { readonly [Name in keyof Config]-?: Setting } = {
  port: {
    flag: 'port',
    environment: ['PORT'],
    value: 'NUMBER',
    help: 'Port to listen on; 0 takes any free one.',
    allowed: 'a port number, 0 to 65535',
  },
  host: {
    flag: 'host',
    environment: ['HOST'],
    value: 'ADDRESS',
    help: 'Address to listen on. Without API keys 127.0.0.1, with them 0.0.0.0.',
    allowed: 'an address or host name of this machine',
  },
  apiKeys: {
    flag: 'api-keys',
    environment: ['API_KEYS'],
    value: 'KEY,KEY',
    help: 'Keys that clients must send one of. Without any, everybody is let in.',
    allowed: 'keys separated by commas',
    secret: true,
  },
  storageUrl: {
    flag: 'storage-url',
    environment: ['STORAGE_URL'],
    value: 'URL',
    help: 'Where everything is kept: sqlite:FILE, postgres://…, redis://… or memory:, which forgets when the server stops.',
    allowed: 'sqlite:FILE, postgres://USER:PASSWORD@HOST/DATABASE, redis://HOST or memory:, with options that it knows',
    secret: true,
  },
  storageListenUrl: {
    flag: 'storage-listen-url',
    environment: ['STORAGE_LISTEN_URL'],
    value: 'URL',
    help: 'Where to listen for events when STORAGE_URL leads to a pooler: the address of PostgreSQL itself.',
    allowed: 'postgres://USER:PASSWORD@HOST/DATABASE',
    secret: true,
  },
  storageMigrate: {
    flag: 'storage-migrate',
    environment: ['STORAGE_MIGRATE'],
    value: 'true|false',
    help: 'Whether a start brings the tables of PostgreSQL up to date; with false, `migrate` does.',
    allowed: 'true or false',
  },
  blobsUrl: {
    flag: 'blobs-url',
    environment: ['BLOBS_URL'],
    value: 'URL',
    help: 'Where the content of files is kept instead, with PostgreSQL or Redis: s3://BUCKET/PREFIX, credentials as the AWS SDK finds them.',
    allowed: 's3://BUCKET/PREFIX, with the options endpoint, region and path_style, and without credentials',
    secret: true,
  },
  role: {
    flag: 'role',
    environment: ['ROLE'],
    value: ROLES.join('|'),
    help: 'What this process does: answer clients, advance runs, or both. One alone goes with PostgreSQL and Redis.',
    allowed: `one of ${ROLES.join(', ')}`,
  },
  maxConcurrentRuns: {
    flag: 'max-concurrent-runs',
    environment: ['MAX_CONCURRENT_RUNS'],
    value: 'NUMBER',
    help: 'Most runs advanced here at a time; others wait, or go to other processes.',
    allowed: 'a number, 1 to 100000',
  },
  leaseMs: {
    flag: 'lease-ms',
    environment: ['LEASE_MS'],
    value: 'MS',
    help: 'Silence after which a process counts as lost and its runs are taken over.',
    allowed: `milliseconds, 1000 to ${ONE_HOUR_MS}`,
  },
  heartbeatMs: {
    flag: 'heartbeat-ms',
    environment: ['HEARTBEAT_MS'],
    value: 'MS',
    help: 'How often a process says that it works on its runs. A third of the lease unless set.',
    allowed: `milliseconds, 100 to ${ONE_HOUR_MS}, at most half of the lease`,
  },
  sweepIntervalMs: {
    flag: 'sweep-interval-ms',
    environment: ['SWEEP_INTERVAL_MS'],
    value: 'MS',
    help: 'How often lost runs, and all that has expired, are looked for.',
    allowed: `milliseconds, 100 to ${ONE_HOUR_MS}`,
  },
  defaultModel: {
    flag: 'default-model',
    environment: ['DEFAULT_MODEL', 'COGITATOR_DEFAULT_MODEL'],
    value: 'MODEL',
    help: "What the model name 'default' stands for, such as openai/gpt-4o. Its provider also gets names without one.",
    allowed: 'the name of a model, such as openai/gpt-4o',
  },
  modelAliases: {
    flag: 'model-aliases',
    environment: ['MODEL_ALIASES'],
    value: 'NAME=MODEL,…',
    help: 'Other names for models, such as gpt-4-turbo=openai/gpt-4o.',
    allowed: 'name=model,name=model or a JSON object of names and models',
  },
  contextTokens: {
    flag: 'context-tokens',
    environment: ['CONTEXT_TOKENS'],
    value: 'TOKENS',
    help: 'What a model takes whose provider does not say, prompt and answer together.',
    allowed: 'a number of tokens, at least 1024',
  },
  embeddingModel: {
    flag: 'embedding-model',
    environment: ['EMBEDDING_MODEL'],
    value: 'PROVIDER/MODEL',
    help: 'Model that files are searched by, such as openai/text-embedding-3-small. Without one they are searched by words alone.',
    allowed: 'a model with its provider, such as openai/text-embedding-3-small',
  },
  embeddingDimensions: {
    flag: 'embedding-dimensions',
    environment: ['EMBEDDING_DIMENSIONS'],
    value: 'NUMBER',
    help: 'Dimensions to ask that model for, where it can have fewer than it has.',
    allowed: 'a number, 1 to 65536',
  },
  maxConcurrentIngestions: {
    flag: 'max-concurrent-ingestions',
    environment: ['MAX_CONCURRENT_INGESTIONS'],
    value: 'NUMBER',
    help: 'Most files made searchable here at a time; 0 leaves them to other servers.',
    allowed: 'a number, 0 to 1000',
  },
  searchCacheBytes: {
    flag: 'search-cache-bytes',
    environment: ['SEARCH_CACHE_BYTES'],
    value: 'BYTES',
    help: 'Most memory for the files that are searched.',
    allowed: 'a number of bytes, 1 MiB to 4 GiB',
  },
  corsOrigin: {
    flag: 'cors-origin',
    environment: ['CORS_ORIGIN'],
    value: 'ORIGIN,…',
    help: 'Origins that may call from a browser; * is every one.',
    allowed: '* or origins such as https://app.example.com, separated by commas',
  },
  maxBodyBytes: {
    flag: 'max-body-bytes',
    environment: ['MAX_BODY_BYTES'],
    value: 'BYTES',
    help: 'Largest JSON body.',
    allowed: `a number of bytes, 1 to ${constants.MAX_STRING_LENGTH}`,
  },
  maxFileBytes: {
    flag: 'max-file-bytes',
    environment: ['MAX_FILE_BYTES'],
    value: 'BYTES',
    help: 'Largest file uploaded at once; uploads in parts may be larger.',
    allowed: 'a number of bytes, at least 1',
  },
  strictFileDownloads: {
    flag: 'strict-file-downloads',
    environment: ['STRICT_FILE_DOWNLOADS'],
    value: 'true|false',
    help: 'Whether files of the purposes assistants, vision, user_data and evals cannot be downloaded.',
    allowed: 'true or false',
  },
  metrics: {
    flag: 'metrics',
    environment: ['METRICS'],
    value: 'true|false',
    help: 'Whether /metrics tells Prometheus, and everybody else who asks, of runs and of this process.',
    allowed: 'true or false',
  },
  shutdownGraceMs: {
    flag: 'shutdown-grace-ms',
    environment: ['SHUTDOWN_GRACE_MS'],
    value: 'MS',
    help: 'How long runs, streams and uploads may go on after SIGTERM.',
    allowed: `milliseconds, 0 to ${ONE_HOUR_MS}`,
  },
  logLevel: {
    flag: 'log-level',
    environment: ['LOG_LEVEL'],
    value: LOG_LEVELS.join('|'),
    help: 'What is logged.',
    allowed: `one of ${LOG_LEVELS.join(', ')}`,
  },
};

/** `undefined` for what is neither form. Only the first `=` of a pair separates. */
function parseAliases(text: string): unknown {
  if (text.trim().startsWith('{')) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return undefined;
    }
  }
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  const entries = pairs.map((pair) => /^([^=]+)=(.+)$/s.exec(pair)?.slice(1));
  return pairs.length > 0 && entries.every((entry) => entry !== undefined)
    ? Object.fromEntries(entries as [string, string][])
    : undefined;
}
