import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const IN_CHECKOUT = join(import.meta.dirname, '../../../../node_modules/.cache/services');
const IN_TMP = join(tmpdir(), 'openai-compat-test-services');

/**
 * A folder that is filled once and then used by everybody.
 *
 * @param fill - Fills an empty folder; what it leaves half done is not used.
 * @param options.forOthers - Whether other users have to be able to run what is in it.
 */
export async function cacheFolder(
  name: string,
  fill: (folder: string) => Promise<void>,
  { forOthers = false }: { forOthers?: boolean } = {},
): Promise<string> {
  mkdirSync(IN_CHECKOUT, { recursive: true });
  const folder = join(forOthers && !isOpenToOthers(IN_CHECKOUT) ? IN_TMP : IN_CHECKOUT, name);
  if (statSync(folder, { throwIfNoEntry: false })) return folder;
  mkdirSync(dirname(folder), { recursive: true, mode: 0o755 });
  const unfinished = mkdtempSync(`${folder}-`);
  try {
    await fill(unfinished);
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Somebody else was faster.
    if (!statSync(folder, { throwIfNoEntry: false })) throw error;
  }
  return folder;
}

function isOpenToOthers(folder: string): boolean {
  const OTHERS_EXECUTE = 0o001;
  for (let path = folder; ; path = dirname(path)) {
    if ((statSync(path).mode & OTHERS_EXECUTE) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
