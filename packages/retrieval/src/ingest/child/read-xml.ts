import { SaxesParser } from 'saxes';
import { FileFailure } from './file-failure.ts';

/** Deepest nesting: documents of Word have some dozens. */
const MAX_DEPTH = 1000;

/** Told of what a document says, in order; names are without their prefixes. */
export interface XmlReader {
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  text?(text: string): void;
  close?(name: string): void;
}

/**
 * Reads a document. Entities that it declares itself are not expanded.
 *
 * @throws for what is no XML; `FileFailure` for what is too deep.
 */
export function readXml(xml: string, reader: XmlReader): void {
  const parser = new SaxesParser();
  let depth = 0;
  const text = (part: string): void => reader.text?.(part);
  parser.on('error', (error) => {
    if (!error.message.includes('undefined entity')) throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (++depth > MAX_DEPTH) throw new FileFailure('unparsable');
    reader.open?.(localName(name), attributes);
  });
  parser.on('text', text);
  parser.on('cdata', text);
  parser.on('closetag', ({ name }) => {
    depth--;
    reader.close?.(localName(name));
  });
  parser.write(xml).close();
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
