import { SaxesParser } from 'saxes';

/** Told of what a document says, in order; names are without their prefixes. */
export interface XmlReader {
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  text?(text: string): void;
  close?(name: string): void;
}

/** Reads a document. Entities that it declares itself stay unexpanded. @throws for what is no XML. */
export function readXml(xml: string, reader: XmlReader): void {
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    if (!/entity/.test(error.message)) throw error;
  });
  parser.on('opentag', ({ name, attributes }) =>
    reader.open?.(localName(name), attributes as unknown as Record<string, string>),
  );
  parser.on('text', (text) => reader.text?.(text));
  parser.on('closetag', ({ name }) => reader.close?.(localName(name)));
  parser.write(xml).close();
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
