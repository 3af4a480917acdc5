import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const LIMIT_MS = 300_000;

/** Output of a program. @throws with what it has printed, when it fails. */
export async function outputOf(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const env = { ...process.env, LC_ALL: 'C', ...options.env };
  const { stdout } = await exec(command, [...args], { ...options, env, maxBuffer: 64 * 2 ** 20, timeout: LIMIT_MS });
  return stdout;
}

/** @throws with what is missing, where a program cannot run on this machine. */
export async function requireRunnable(paths: readonly string[], environment: Record<string, string>): Promise<void> {
  for (const path of paths) await outputOf(path, ['--version'], { env: environment });
}

/** Where a program is on the PATH, or `null`. */
export function findOnPath(name: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
