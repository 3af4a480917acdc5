import { FileFailure } from './file-failure.ts';
import { openArchive } from './open-archive.ts';
import { readParagraphs } from './read-paragraphs.ts';
import { readListed, readRelationships } from './relationships.ts';
import { createTextBuilder, GAP } from './text-builder.ts';

/**
 * The text of a presentation, slide by slide, each with its notes.
 *
 * @throws `FileFailure`; anything for what is damaged.
 */
export function parsePptx(bytes: Uint8Array): string {
  const read = openArchive(
    bytes,
    /^ppt\/(presentation|slides\/[^/]+|notesSlides\/[^/]+)\.xml$|^ppt\/(slides\/)?_rels\//,
  );
  const text = createTextBuilder();
  for (const { target } of readListed(read, 'ppt/presentation.xml', 'sldId')) {
    const notes = readRelationships(read, target).filter(({ type }) => type === 'notesSlide');
    for (const name of [target, ...notes.map((note) => note.target)]) {
      const xml = read(name);
      if (xml === null) throw new FileFailure('unparsable');
      readParagraphs(xml, text);
      text.gap(GAP.paragraph);
    }
  }
  return text.toString();
}
