import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RecordKind } from '@cogitator-ai/openai-storage';
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
    toLua('children', childrenOf),
    toLua('descendants', descendantsOf),
    toLua('filters', (kind) => specOf(kind).filters),
  ].join('\n');
  const events = readText('events');
  return {
    announce: toScript(readText('announce')),
    append: toScript(events, readText('append')),
    commit: toScript(kinds, events, readText('commit')),
    deleteBlob: toScript(readText('delete-blob')),
    insert: toScript(readText('insert')),
    finish: toScript(readText('finish')),
    list: toScript(readText('list')),
    publishBlob: toScript(readText('publish-blob')),
    read: toScript(readText('read')),
    readEvents: toScript(readText('read-events')),
    renew: toScript(readText('renew')),
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

/** A Lua function from a kind to a list of names. Not a table, which every run of the script would make anew. */
function toLua(name: string, namesOf: (kind: RecordKind) => readonly string[]): string {
  const cases = KINDS.filter((kind) => namesOf(kind).length > 0).map((kind) => {
    const names = namesOf(kind).map((text) => `'${text}'`);
    return `  if kind == '${kind}' then return { ${names.join(', ')} } end`;
  });
  return [`local function ${name}(kind)`, ...cases, '  return {}', 'end'].join('\n');
}
