import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.ts';
import { helpText, loadConfig } from './load-config.ts';
import { type Config, SETTINGS } from './settings.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function load(args: string[] = [], environment: Record<string, string> = {}): Config {
  const command = loadConfig(args, environment);
  if (command.run !== 'server') throw new Error(`It runs ${command.run}.`);
  return command.config;
}

/** The one line that a wrong setting ends with. */
function errorOf(args: string[], environment: Record<string, string | undefined> = {}): string {
  try {
    loadConfig(args, environment);
  } catch (error) {
    if (error instanceof ConfigError && !error.message.includes('\n')) return error.message;
    throw error;
  }
  throw new Error('It is taken.');
}

function file(content: string): string {
  const path = join(folder, 'config.json');
  writeFileSync(path, content);
  return path;
}

describe('loadConfig', () => {
  it('has a default for everything that is needed', () => {
    expect(load()).toEqual({
      port: 8080,
      apiKeys: [],
      storageUrl: 'sqlite:./data/storage.db',
      storageMigrate: true,
      role: 'all',
      maxConcurrentRuns: 1000,
      leaseMs: 15_000,
      sweepIntervalMs: 2000,
      modelAliases: {},
      contextTokens: 128_000,
      maxConcurrentIngestions: 2,
      searchCacheBytes: 536_870_912,
      corsOrigin: ['*'],
      maxBodyBytes: 33_554_432,
      maxFileBytes: 536_870_912,
      strictFileDownloads: false,
      metrics: false,
      shutdownGraceMs: 25_000,
      logLevel: 'info',
    });
  });

  it('lets flags win over the environment, and that over the file', () => {
    const path = file('{"port": 1, "logLevel": "warn", "host": "::1"}');
    const config = load(['--port', '3', '--config', path], { PORT: '2', LOG_LEVEL: 'error' });
    expect([config.port, config.logLevel, config.host]).toEqual([3, 'error', '::1']);
    expect(load([], { CONFIG_FILE: path }).port).toBe(1);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(load([], { PORT: '', API_KEYS: '', CONFIG_FILE: '' })).toMatchObject({ port: 8080, apiKeys: [] });
  });

  it('reads numbers, lists and maps, as text and as they are in a file', () => {
    expect(load([], { PORT: ' 80 ' }).port).toBe(80);
    expect(load([], { STRICT_FILE_DOWNLOADS: 'True' }).strictFileDownloads).toBe(true);
    expect(load(['--strict-file-downloads', '0']).strictFileDownloads).toBe(false);
    expect(load(['--api-keys', 'a, b,']).apiKeys).toEqual(['a', 'b']);
    expect(load(['--model-aliases', 'x=openai/y, z = w=1']).modelAliases).toEqual({ x: 'openai/y', z: 'w=1' });
    expect(load([], { MODEL_ALIASES: '{"x":"y"}' }).modelAliases).toEqual({ x: 'y' });
    expect(load([], { CORS_ORIGIN: 'https://a.example,capacitor://localhost' }).corsOrigin).toEqual([
      'https://a.example',
      'capacitor://localhost',
    ]);
    const path = file('{"port": 81, "apiKeys": ["k"], "modelAliases": {"a": "b"}, "corsOrigin": []}');
    expect(load(['--config', path])).toMatchObject({
      port: 81,
      apiKeys: ['k'],
      modelAliases: { a: 'b' },
      corsOrigin: [],
    });
  });

  it.each([
    [['--bogus'], {}, "Unknown option '--bogus'. See --help."],
    [['--port'], {}, "Option '--port <value>' argument missing. See --help."],
    [['--api-keys', 'a', '--api-keys=b'], {}, "Option '--api-keys' is given twice. See --help."],
    [['extra'], {}, "Unknown command 'extra'. See --help."],
    [['--port', 'x'], {}, '--port must be a port number, 0 to 65535; got "x".'],
    [[], { PORT: '70000' }, 'PORT must be a port number, 0 to 65535; got "70000".'],
    [[], { PORT: '0x50' }, 'PORT must be a port number, 0 to 65535; got "0x50".'],
    [[], { PORT: ' ' }, 'PORT must be a port number, 0 to 65535; got " ".'],
    [[], { HOST: '\n' }, 'HOST must be an address or host name of this machine; got "\\n".'],
    [[], { LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be one of debug, info, warn, error, silent; got "loud".'],
    [[], { MODEL_ALIASES: 'oops' }, 'MODEL_ALIASES must be name=model,name=model or a JSON object of names and models'],
    [[], { MODEL_ALIASES: '{"a":1}' }, 'MODEL_ALIASES must be name=model,name=model or a JSON object'],
    [[], { CORS_ORIGIN: 'a.example' }, 'CORS_ORIGIN must be * or origins such as https://app.example.com'],
    [['--max-body-bytes', '0'], {}, '--max-body-bytes must be a number of bytes, 1 to '],
    [[], { SHUTDOWN_GRACE_MS: '3600001' }, 'SHUTDOWN_GRACE_MS must be milliseconds, 0 to 3600000; got "3600001".'],
    [[], { STRICT_FILE_DOWNLOADS: 'on' }, 'STRICT_FILE_DOWNLOADS must be true or false; got "on".'],
    [[], { COGITATOR_DEFAULT_MODEL: ' ' }, 'COGITATOR_DEFAULT_MODEL must be the name of a model'],
    [['--config', '/nowhere.json'], {}, 'The configuration file cannot be read: '],
  ])('ends with one line for %j %j', (args, environment, message) => {
    expect(errorOf(args, environment)).toContain(message);
  });

  it.each([
    ['{"prot": 1}', "Unknown setting 'prot' in FILE."],
    ['[]', 'The configuration file FILE is not a JSON object.'],
    ['{', 'The configuration file FILE is not a JSON object.'],
    ['{"port": "x"}', 'port in FILE must be a port number, 0 to 65535; got "x".'],
    ['{"port": null}', 'port in FILE must be a port number, 0 to 65535; got null.'],
    ['{"port": true}', 'port in FILE must be a port number, 0 to 65535; got true.'],
    ['{"port": 1.5}', 'port in FILE must be a port number, 0 to 65535; got 1.5.'],
    ['{"host": 5}', 'host in FILE must be an address or host name of this machine; got 5.'],
    ['{"modelAliases": {"a": 1}}', 'modelAliases in FILE must be name=model,name=model or'],
  ])('names what is wrong in the file %s', (content, message) => {
    const path = file(content);
    expect(errorOf(['--config', path])).toContain(message.replace('FILE', path));
  });

  it.each(['mysql://me:secret@db/x', 'sqlite:./x.db?mode=secret', 'memory:secret', 'redis://:secret@cache?db=1'])(
    'keeps passwords in a wrong URL to itself: %s',
    (url) => {
      const message = errorOf([], { STORAGE_URL: url });
      expect(message).toContain(
        'STORAGE_URL must be sqlite:FILE, postgres://USER:PASSWORD@HOST/DATABASE, redis://HOST or ',
      );
      expect(message).not.toContain('secret');
    },
  );

  it('keeps what may be a key in a wrong BLOBS_URL to itself', () => {
    const message = errorOf([], { BLOBS_URL: 's3://key:secret@files' });
    expect(message).toBe(
      'BLOBS_URL must be s3://BUCKET/PREFIX, with the options endpoint, region and path_style, and without credentials.',
    );
  });

  it('never takes keys that cannot be used for no keys, and repeats none', () => {
    expect(errorOf([], { API_KEYS: ' , ' })).toBe('API_KEYS must be keys separated by commas.');
    expect(errorOf(['--api-keys', ''])).toBe('--api-keys must be keys separated by commas.');
    const path = file('{"apiKeys": ["sk-secret", ""]}');
    expect(errorOf(['--config', path])).toBe(`apiKeys in ${path} must be keys separated by commas.`);
  });

  it('takes a model to embed with only together with its provider', () => {
    expect(load([], { EMBEDDING_MODEL: 'a/b/c:1', EMBEDDING_DIMENSIONS: '64' })).toMatchObject({
      embeddingModel: 'a/b/c:1',
      embeddingDimensions: 64,
    });
    for (const EMBEDDING_MODEL of ['b', '/b', 'a/']) {
      expect(errorOf([], { EMBEDDING_MODEL })).toBe(
        `EMBEDDING_MODEL must be a model with its provider, such as openai/text-embedding-3-small; got "${EMBEDDING_MODEL}".`,
      );
    }
  });

  it('helps with every setting', () => {
    expect(loadConfig(['--help'], {})).toEqual({ run: 'help' });
    expect(loadConfig(['-h'], {})).toEqual({ run: 'help' });
    expect(loadConfig(['--version'], {})).toEqual({ run: 'version' });
    for (const { flag, environment, value, help } of Object.values(SETTINGS)) {
      expect(helpText()).toContain(`--${flag} ${value}\n      ${help}`);
      expect(helpText()).toContain(`(${environment.join(', ')})`);
    }
    expect(helpText()).toContain('Default 8080. (PORT)');
  });

  it('is what the guide says', () => {
    const guide = readFileSync(join(import.meta.dirname, '../../../../docs/guide/configuration.md'), 'utf8');
    const rows = [...guide.matchAll(/^\| `--([\w-]+)` +\| `(\w+)` +\| (.+?) +\|/gm)];
    expect(rows.map(([, flag, variable]) => [flag, variable])).toEqual(
      Object.values(SETTINGS).map(({ flag, environment }) => [flag, environment[0]]),
    );
    const defaults = Object.fromEntries(rows.map(([, flag, , value]) => [flag, value?.replaceAll('`', '')]));
    const {
      port,
      storageUrl,
      storageMigrate,
      role,
      maxConcurrentRuns,
      leaseMs,
      sweepIntervalMs,
      contextTokens,
      maxConcurrentIngestions,
      searchCacheBytes,
      corsOrigin,
      maxBodyBytes,
      maxFileBytes,
      shutdownGraceMs,
      logLevel,
    } = load();
    expect(defaults).toMatchObject({
      port: String(port),
      'storage-url': storageUrl,
      'storage-migrate': String(storageMigrate),
      role,
      'max-concurrent-runs': String(maxConcurrentRuns),
      'lease-ms': String(leaseMs),
      'sweep-interval-ms': String(sweepIntervalMs),
      'context-tokens': String(contextTokens),
      'max-concurrent-ingestions': String(maxConcurrentIngestions),
      'search-cache-bytes': String(searchCacheBytes),
      'cors-origin': corsOrigin[0],
      'max-body-bytes': String(maxBodyBytes),
      'max-file-bytes': String(maxFileBytes),
      'shutdown-grace-ms': String(shutdownGraceMs),
      'log-level': logLevel,
    });
  });
});
