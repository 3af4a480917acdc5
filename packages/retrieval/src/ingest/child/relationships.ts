import { posix } from 'node:path';
import type { ReadEntry } from './open-archive.ts';
import { readXml } from './read-xml.ts';

/** What a part of an office file refers to. */
export interface Relationship {
  readonly id: string;
  /** The last word of its type, such as `slide`. */
  readonly type: string;
  /** Name of the entry that is referred to. */
  readonly target: string;
}

/** What the entry `name` refers to, as the entry beside it says. */
export function readRelationships(read: ReadEntry, name: string): Relationship[] {
  const { dir, base } = posix.parse(name);
  const xml = read(posix.join(dir, '_rels', `${base}.rels`));
  const relationships: Relationship[] = [];
  if (xml === null) return relationships;
  readXml(xml, {
    open(element, { Id: id = '', Type: type = '', Target: target = '' }) {
      if (element !== 'Relationship') return;
      relationships.push({ id, type: posix.basename(type), target: posix.resolve('/', dir, target).slice(1) });
    },
  });
  return relationships;
}

/**
 * The parts that a document lists, in its order.
 *
 * @param element - What lists them, such as `sldId`.
 */
export function readListed(
  read: ReadEntry,
  name: string,
  element: string,
): { target: string; attributes: Readonly<Record<string, string>> }[] {
  const targets = new Map(readRelationships(read, name).map(({ id, target }) => [id, target]));
  const listed: { target: string; attributes: Readonly<Record<string, string>> }[] = [];
  readXml(read(name) ?? '', {
    open(found, attributes) {
      const target = found === element ? targets.get(attributes['r:id'] ?? '') : undefined;
      if (target !== undefined) listed.push({ target, attributes });
    },
  });
  return listed;
}
