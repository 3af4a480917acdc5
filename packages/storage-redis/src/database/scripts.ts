import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { childrenOf, descendantsOf, KINDS, specOf } from '../records/kinds.ts';

const FOLDER = new URL('../../lua/', import.meta.url);

/** A Lua script and the digest that Redis keeps it under. */
export interface Script {
  readonly text: string;
  readonly sha1: string;
}

export type Scripts = ReturnType<typeof readScripts>;

/** Reads the scripts. Those that need it know the kinds of records. */
export function readScripts() {
  const kinds = [
    `local CHILDREN = ${toLua(childrenOf)}`,
    `local DESCENDANTS = ${toLua(descendantsOf)}`,
    `local FILTERS = ${toLua((kind) => specOf(kind).filters)}`,
  ].join('\n');
  const events = readText('events');
  return {
    announce: toScript(readText('announce')),
    append: toScript(events, readText('append')),
    commit: toScript(kinds, events, readText('commit')),
    deleteBlob: toScript(readText('delete-blob')),
    finish: toScript(readText('finish')),
    list: toScript(readText('list')),
    publishBlob: toScript(readText('publish-blob')),
    read: toScript(readText('read')),
    settle: toScript(readText('settle')),
    suspect: toScript(readText('suspect')),
  };
}

function readText(name: string): string {
  return readFileSync(new URL(`${name}.lua`, FOLDER), 'utf8');
}

function toScript(...parts: string[]): Script {
  const text = parts.join('\n');
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}

/** A Lua table of lists of names, one for each kind. */
function toLua(namesOf: (kind: (typeof KINDS)[number]) => readonly string[]): string {
  const entries = KINDS.map(
    (kind) =>
      `${kind} = { ${namesOf(kind)
        .map((name) => `'${name}'`)
        .join(', ')} }`,
  );
  return `{ ${entries.join(', ')} }`;
}
