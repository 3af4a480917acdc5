import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
      storageUrl: 'memory:',
      dataDir: './data',
      modelAliases: {},
      corsOrigin: ['*'],
      maxBodyBytes: 33_554_432,
      maxFileBytes: 536_870_912,
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
    expect(load([], { PORT: '', API_KEYS: '' })).toMatchObject({ port: 8080, apiKeys: [] });
  });

  it('reads lists and maps', () => {
    expect(load(['--api-keys', 'a, b,']).apiKeys).toEqual(['a', 'b']);
    expect(load(['--model-aliases', 'x=openai/y,z=w']).modelAliases).toEqual({ x: 'openai/y', z: 'w' });
    expect(load([], { MODEL_ALIASES: '{"x":"y"}' }).modelAliases).toEqual({ x: 'y' });
    expect(load(['--config', file('{"apiKeys":["k"],"modelAliases":{"a":"b"}}')])).toMatchObject({
      apiKeys: ['k'],
      modelAliases: { a: 'b' },
    });
  });

  it.each([
    [['--bogus'], {}, "Unknown option '--bogus'. See --help."],
    [['--port'], {}, "Option '--port <value>' argument missing. See --help."],
    [['--port', 'x'], {}, "--port must be a port number, 0 to 65535; got 'x'."],
    [[], { PORT: '70000' }, "PORT must be a port number, 0 to 65535; got '70000'."],
    [[], { LOG_LEVEL: 'loud' }, "LOG_LEVEL must be one of debug, info, warn, error, silent; got 'loud'."],
    [
      [],
      { STORAGE_URL: 'redis://x' },
      "STORAGE_URL must be 'memory:'; this version keeps everything in memory; got 'redis://x'.",
    ],
    [[], { MODEL_ALIASES: 'oops' }, "MODEL_ALIASES must be name=model,name=model; got 'oops'."],
    [['--max-body-bytes', '0'], {}, "--max-body-bytes must be a number of bytes; got '0'."],
    [['--config', '/nowhere.json'], {}, 'The configuration file cannot be read: '],
  ])('ends with one line for %j %j', (args, environment, message) => {
    expect(() => load(args, environment as Record<string, string>)).toThrow(message);
  });

  it('names what is wrong in the file', () => {
    expect(() => load(['--config', file('{"prot": 1}')])).toThrow("Unknown setting 'prot' in ");
    expect(() => load(['--config', file('[]')])).toThrow('is not a JSON object.');
    expect(() => load(['--config', file('{"port": "x"}')])).toThrow('port in ');
  });

  it('helps with every setting', () => {
    expect(loadConfig(['--help'], {})).toEqual({ run: 'help' });
    expect(loadConfig(['--version'], {})).toEqual({ run: 'version' });
    for (const { flag, environment } of Object.values(SETTINGS)) {
      expect(helpText()).toContain(`--${flag} `);
      expect(helpText()).toContain(`(${environment.join(', ')})`);
    }
  });
});
