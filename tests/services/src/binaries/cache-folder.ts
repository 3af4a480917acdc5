import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const IN_CHECKOUT = join(import.meta.dirname, '../../../../node_modules/.cache/services');

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
  const folder = join(forOthers && !isOpenToOthers(IN_CHECKOUT) ? openCache() : IN_CHECKOUT, name);
  if (existsSync(folder)) return folder;
  const unfinished = mkdtempSync(`${folder}-`);
  chmodSync(unfinished, 0o755);
  try {
    await fill(unfinished);
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Somebody else was faster.
    if (!existsSync(folder)) throw error;
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

/** Beside the checkout, where that is closed to others. */
function openCache(): string {
  const uid = process.getuid?.();
  const folder = join(tmpdir(), `test-services-of-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  // Everybody can make a folder of this name there; what runs from it has to be ours.
  if (statSync(folder).uid !== uid) throw new Error(`${folder} belongs to somebody else.`);
  return folder;
}
