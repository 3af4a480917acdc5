import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The JavaScript blocks of a guide, by its name in `docs/guide`. */
export function snippetsOf(guide: string): string[] {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/guide', guide), 'utf8');
  return [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code]) => code ?? '');
}

/** A folder to paste snippets into, in which the packages of these tests are installed. */
export interface SnippetFolder {
  write(name: string, content: string): void;
  /** Runs a module. @returns What it prints. @throws when it exits with another code than 0. */
  run(code: string): Promise<string>;
  close(): void;
}

export function openSnippetFolder(): SnippetFolder {
  const folder = mkdtempSync(join(tmpdir(), 'snippets-'));
  symlinkSync(join(import.meta.dirname, '../node_modules'), join(folder, 'node_modules'));
  return {
    write: (name, content) => writeFileSync(join(folder, name), content),
    async run(code) {
      writeFileSync(join(folder, 'snippet.mjs'), code);
      return (await run(process.execPath, ['snippet.mjs'], { cwd: folder })).stdout;
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
