import { getDocumentProxy } from 'unpdf';
import { FileFailure } from './file-failure.ts';
import { createTextBuilder, GAP } from './text-builder.ts';

/** Where the end of a document is looked for, in bytes: some have more behind it. */
const END_BYTES = 64 * 1024;

/**
 * The text of a document, page by page.
 *
 * @throws `FileFailure`; anything for what is damaged or encrypted.
 */
export async function parsePdf(bytes: Buffer<ArrayBuffer>): Promise<string> {
  // Of what is cut off the reader would give what it finds, as if it were all.
  if (!bytes.subarray(-END_BYTES).includes('%%EOF')) throw new FileFailure('unparsable');
  const document = await getDocumentProxy(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), {
    verbosity: 0,
  });
  const text = createTextBuilder();
  try {
    for (let number = 1; number <= document.numPages; number++) {
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      for (const item of items) {
        if (!('str' in item)) continue;
        text.write(item.str);
        if (item.hasEOL) text.gap(GAP.line);
      }
      text.gap(GAP.paragraph);
      page.cleanup();
    }
  } finally {
    await document.loadingTask.destroy();
  }
  return text.toString();
}
