import { FileFailure } from './file-failure.ts';
import { openArchive } from './open-archive.ts';
import { readParagraphs } from './read-paragraphs.ts';
import { createTextBuilder, GAP } from './text-builder.ts';

const DOCUMENT = 'word/document.xml';
const NOTES = ['word/footnotes.xml', 'word/endnotes.xml'];

/**
 * The text of a document of Word, and of its notes.
 *
 * @throws `FileFailure`; anything for what is damaged.
 */
export function parseDocx(bytes: Uint8Array): string {
  const read = openArchive(bytes, /^word\/(document|footnotes|endnotes)\.xml$/);
  const text = createTextBuilder();
  const document = read(DOCUMENT);
  if (document === null) throw new FileFailure('unparsable');
  readParagraphs(document, text);
  for (const name of NOTES) {
    text.gap(GAP.paragraph);
    const notes = read(name);
    if (notes !== null) readParagraphs(notes, text);
  }
  return text.toString();
}
