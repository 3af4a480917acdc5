import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConfigError } from './config-error.ts';
import { Config, SETTINGS } from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Name = keyof Config;

const NAMES = Object.keys(SETTINGS) as Name[];

/** How much of a wrong value is repeated, in characters. */
const SHOWN_CHARACTERS = 80;

/** What the command line asks for. */
export type Command =
  | { readonly run: 'help' }
  | { readonly run: 'version' }
  /** To serve, or to bring the storage up to date and end. */
  | { readonly run: 'server' | 'migrate'; readonly config: Config };

/**
 * Reads the configuration: flags win over the environment, the environment over the file, the file over the defaults.
 *
 * @throws {@link ConfigError} for the first setting that is unknown or wrong.
 */
export function loadConfig(args: readonly string[], environment: Environment): Command {
  const { flags, command } = parseCommandLine(args);
  if (flags['help']) return { run: 'help' };
  if (flags['version']) return { run: 'version' };

  const file = flags['config'] ?? (environment['CONFIG_FILE'] || undefined);
  const values: Record<string, unknown> = typeof file === 'string' ? readFile(file) : {};
  const sources: Record<string, string> = Object.fromEntries(
    Object.keys(values).map((name) => [name, `${name} in ${file}`]),
  );
  for (const name of NAMES) {
    const { flag, environment: variables } = SETTINGS[name];
    const variable = variables.find((candidate) => (environment[candidate] ?? '') !== '');
    if (variable !== undefined) {
      values[name] = environment[variable];
      sources[name] = variable;
    }
    if (flags[flag] !== undefined) {
      values[name] = flags[flag];
      sources[name] = `--${flag}`;
    }
  }
  const result = Config.safeParse(values);
  if (result.success) return { run: command, config: result.data };
  const [issue] = result.error.issues;
  if (issue?.code === 'unrecognized_keys')
    throw new ConfigError(`Unknown setting '${issue.keys[0]}' in ${String(file)}.`);
  const name = issue?.path[0] as Name;
  const { allowed, secret } = SETTINGS[name];
  const got = secret ? '' : `; got ${JSON.stringify(values[name]).slice(0, SHOWN_CHARACTERS)}`;
  throw new ConfigError(`${sources[name]} must be ${allowed}${got}.`);
}

/** What `--help` prints. */
export function helpText(): string {
  const rows = NAMES.map((name) => {
    const { flag, environment, value, help } = SETTINGS[name];
    const fallback = Config.shape[name].safeParse(undefined).data;
    const shown = typeof fallback === 'object' ? Object.values(fallback).join(',') : String(fallback ?? '');
    return `  --${flag} ${value}\n      ${help}${shown === '' ? '' : ` Default ${shown}.`} (${environment.join(', ')})`;
  });
  return [
    'Usage: npm start -- [options]',
    '       npm start -- migrate [options]   brings the storage up to date, and ends',
    '',
    'Serves the Assistants API v2. Models are found through the environment: OPENAI_API_KEY, OPENAI_BASE_URL, OLLAMA_HOST,',
    'ANTHROPIC_API_KEY, GROQ_API_KEY, OPENROUTER_API_KEY and others.',
    '',
    'Options (environment variable):',
    ...rows,
    '  --config FILE\n      JSON file with these settings by name, such as {"port": 8080}. (CONFIG_FILE)',
    '  --help (-h), --version (-v)',
  ].join('\n');
}

function parseCommandLine(args: readonly string[]): {
  flags: Record<string, string | boolean | undefined>;
  command: 'server' | 'migrate';
} {
  const options = Object.fromEntries(
    [...NAMES.map((name) => SETTINGS[name].flag), 'config'].map((flag) => [flag, { type: 'string' as const }]),
  );
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
      allowPositionals: true,
      tokens: true,
    });
    const names = tokens.flatMap((token) => (token.kind === 'option' ? token.name : []));
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new ConfigError(`Option '--${twice}' is given twice. See --help.`);
    const [command, ...others] = positionals;
    const unknown = command === undefined || command === 'migrate' ? others[0] : command;
    if (unknown !== undefined) throw new ConfigError(`Unknown command '${unknown}'. See --help.`);
    return { flags: values, command: command === undefined ? 'server' : 'migrate' };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    // Only its first sentence speaks of the option.
    const [problem = ''] = (error as Error).message.split(/\.?(?:\s*\n|\. |$)/);
    throw new ConfigError(`${problem}. See --help.`);
  }
}

function readFile(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`The configuration file cannot be read: ${(error as Error).message}.`);
  }
  try {
    const values: unknown = JSON.parse(text);
    if (typeof values === 'object' && values !== null && !Array.isArray(values)) return { ...values };
  } catch {
    // Told below.
  }
  throw new ConfigError(`The configuration file ${path} is not a JSON object.`);
}
