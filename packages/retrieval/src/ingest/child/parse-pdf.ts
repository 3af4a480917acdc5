import { getDocumentProxy } from 'unpdf';
import { tooLarge } from './file-failure.ts';

/** Most characters of text that are taken. */
const MAX_CHARACTERS = 40_000_000;

/** The text of a document, page by page. */
export async function parsePdf(bytes: Uint8Array): Promise<string> {
  const document = await getDocumentProxy(bytes, { verbosity: 0 });
  const pages: string[] = [];
  let length = 0;
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent();
    let text = '';
    for (const item of items) if ('str' in item) text += item.str + (item.hasEOL ? '\n' : '');
    page.cleanup();
    length += text.length;
    if (length > MAX_CHARACTERS) throw tooLarge();
    pages.push(text);
  }
  return pages.join('\n\n');
}
