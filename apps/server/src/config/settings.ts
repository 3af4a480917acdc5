import { z } from 'zod';

/** Where a setting's values may come from, and what `--help` says of it. */
interface Setting {
  /** Long flag, without dashes. */
  readonly flag: string;
  /** Environment variables; the first that is set counts. */
  readonly environment: readonly string[];
  /** Placeholder of the value in `--help`. */
  readonly value: string;
  readonly help: string;
}

const Port = z.coerce
  .number('must be a port number, 0 to 65535')
  .int('must be a port number, 0 to 65535')
  .min(0, 'must be a port number, 0 to 65535')
  .max(65_535, 'must be a port number, 0 to 65535');

const positive = (what: string) => z.coerce.number(`must be ${what}`).int(`must be ${what}`).min(1, `must be ${what}`);

/** `a,b` or a list. */
const CommaList = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(','))], 'must be a list: a,b')
  .transform((items) => items.map((item) => item.trim()).filter((item) => item !== ''));

/** `old=new,other=new` or an object, also as JSON text. */
const Aliases = z
  .union([z.record(z.string(), z.string()), z.string().transform(parseAliases)], 'must be name=model,name=model')
  .pipe(z.record(z.string(), z.string(), 'must be name=model,name=model'));

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** The configuration of the server: one schema for flags, environment and file. */
export const Config = z.strictObject({
  port: Port.default(8080),
  host: z.string().min(1, 'must not be empty').optional(),
  apiKeys: CommaList.default([]),
  storageUrl: z
    .string()
    .regex(/^memory:/, "must be 'memory:'; this version keeps everything in memory")
    .default('memory:'),
  dataDir: z.string().min(1, 'must not be empty').default('./data'),
  defaultModel: z.string().min(1, 'must not be empty').optional(),
  modelAliases: Aliases.default({}),
  corsOrigin: CommaList.default(['*']),
  maxBodyBytes: positive('a number of bytes').default(32 * 2 ** 20),
  maxFileBytes: positive('a number of bytes').default(512 * 2 ** 20),
  shutdownGraceMs: z.coerce
    .number('must be milliseconds')
    .int('must be milliseconds')
    .min(0, 'must be milliseconds')
    .default(25_000),
  logLevel: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
});
export type Config = z.infer<typeof Config>;

/** How each setting is given. A setting that is missing here does not compile. */
export const SETTINGS: { readonly [Name in keyof Config]-?: Setting } = {
  port: { flag: 'port', environment: ['PORT'], value: 'NUMBER', help: 'Port to listen on; 0 takes any free one.' },
  host: {
    flag: 'host',
    environment: ['HOST'],
    value: 'ADDRESS',
    help: 'Address to listen on. Without API keys 127.0.0.1, with them 0.0.0.0.',
  },
  apiKeys: {
    flag: 'api-keys',
    environment: ['API_KEYS'],
    value: 'KEY,KEY',
    help: 'Keys that clients must send one of. Without any, everybody is let in.',
  },
  storageUrl: { flag: 'storage-url', environment: ['STORAGE_URL'], value: 'URL', help: 'Where everything is kept.' },
  dataDir: { flag: 'data-dir', environment: ['DATA_DIR'], value: 'FOLDER', help: 'Folder for files the server keeps.' },
  defaultModel: {
    flag: 'default-model',
    environment: ['DEFAULT_MODEL', 'COGITATOR_DEFAULT_MODEL'],
    value: 'MODEL',
    help: "What the model name 'default' stands for, such as openai/gpt-4o. Its provider also gets names without one.",
  },
  modelAliases: {
    flag: 'model-aliases',
    environment: ['MODEL_ALIASES'],
    value: 'NAME=MODEL,…',
    help: 'Other names for models, such as gpt-4-turbo=openai/gpt-4o.',
  },
  corsOrigin: {
    flag: 'cors-origin',
    environment: ['CORS_ORIGIN'],
    value: 'ORIGIN,…',
    help: 'Origins that may call from a browser; * is every one.',
  },
  maxBodyBytes: { flag: 'max-body-bytes', environment: ['MAX_BODY_BYTES'], value: 'BYTES', help: 'Largest JSON body.' },
  maxFileBytes: {
    flag: 'max-file-bytes',
    environment: ['MAX_FILE_BYTES'],
    value: 'BYTES',
    help: 'Largest uploaded file.',
  },
  shutdownGraceMs: {
    flag: 'shutdown-grace-ms',
    environment: ['SHUTDOWN_GRACE_MS'],
    value: 'MS',
    help: 'How long runs and streams may go on after SIGTERM.',
  },
  logLevel: { flag: 'log-level', environment: ['LOG_LEVEL'], value: LOG_LEVELS.join('|'), help: 'What is logged.' },
};

function parseAliases(text: string): unknown {
  if (text.trim().startsWith('{')) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return undefined;
    }
  }
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  const entries = pairs.map((pair) => pair.split('=').map((part) => part.trim()));
  return entries.every(([name, model]) => name && model) ? Object.fromEntries(entries) : undefined;
}
