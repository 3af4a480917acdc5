import { readXml } from './read-xml.ts';
import { GAP, type TextBuilder } from './text-builder.ts';

/** Styles of paragraphs that begin something new. */
const HEADING = /^(heading|title)/i;

/**
 * Writes the paragraphs of a part of a document of Word or of a slide, which have the same names for what they are made of: a line for
 * each, and one for each row of a table.
 */
export function readParagraphs(xml: string, text: TextBuilder): void {
  let isText = false;
  let cells = 0;
  /** Open elements that say again what was said before them, for programs that are older. */
  let fallbacks = 0;
  const endLine = (): void => text.gap(cells > 0 ? GAP.space : GAP.line);
  readXml(xml, {
    open(name, attributes) {
      isText = name === 't';
      if (name === 'Fallback') fallbacks++;
      if (fallbacks > 0) return;
      if (name === 'tab') text.gap(GAP.cell);
      if (name === 'br' || name === 'cr') endLine();
      if (name === 'tc') cells++;
      if (name === 'tbl') text.gap(GAP.paragraph);
      if (name === 'pStyle' && cells === 0 && HEADING.test(attributes['w:val'] ?? '')) text.gap(GAP.paragraph);
    },
    text(part) {
      if (isText && fallbacks === 0) text.write(part);
    },
    close(name) {
      isText = false;
      if (name === 'Fallback') fallbacks--;
      if (fallbacks > 0) return;
      if (name === 'p') endLine();
      if (name === 'tc') {
        cells--;
        text.gap(GAP.cell);
      }
      if (name === 'tr') endLine();
      if (name === 'tbl') text.gap(GAP.paragraph);
    },
  });
}
