import { FileFailure, toFileFailure } from './file-failure.ts';
import { isPdf, isZip, officeExtension } from './sniff.ts';
import { MAX_TEXT_LENGTH } from './text-builder.ts';

const HTML = new Set(['.htm', '.html', '.xhtml']);
/** Endings that a page may have, too, because they say nothing or cannot be true. */
const PERHAPS_HTML = new Set(['', '.doc', '.docx', '.pdf', '.txt']);
const HTML_START = /^\uFEFF?\s*<(?:!doctype html|html)\b/i;
/** How far into a file it may say what its encoding is, in bytes. */
const DECLARATION_BYTES = 1024;
const DECLARATION = /(?:charset|encoding)\s*=\s*["']?([\w.:-]+)/i;
const RTF = '{\\rtf';

/**
 * The text of a file, with lines that end in `\n`. What it unmistakably is counts; where it is nothing of that kind, it has to be text.
 *
 * @param extension - The ending of its name, in lower case, such as `.pdf`.
 * @throws `FileFailure` when there is none to be had.
 */
export async function parseFile(extension: string, bytes: Buffer<ArrayBuffer>): Promise<string> {
  if (bytes.length === 0) throw new FileFailure('empty');
  const parse = await parserOf(extension, bytes);
  try {
    const text = await parse(bytes);
    if (text.length > MAX_TEXT_LENGTH) throw new FileFailure('tooLarge');
    const normalised = normalise(text);
    if (!/\S/.test(normalised)) throw new FileFailure('withoutText');
    return normalised;
  } catch (error) {
    throw toFileFailure(error);
  }
}

/** Imported when there is something to be parsed: a file needs one of them. */
async function parserOf(
  extension: string,
  bytes: Buffer<ArrayBuffer>,
): Promise<(bytes: Buffer<ArrayBuffer>) => string | Promise<string>> {
  if (isPdf(extension, bytes)) return (await import('./parse-pdf.ts')).parsePdf;
  if (!isZip(bytes)) return textParserOf(extension);
  switch (officeExtension(extension, bytes)) {
    case '.docx':
      return (await import('./parse-docx.ts')).parseDocx;
    case '.pptx':
      return (await import('./parse-pptx.ts')).parsePptx;
    case '.xlsx':
      return (await import('./parse-xlsx.ts')).parseXlsx;
    case null:
      throw new FileFailure('unsupported');
  }
}

async function textParserOf(extension: string): Promise<(bytes: Buffer) => string | Promise<string>> {
  const { decodeText } = await import('./decode-text.ts');
  return async (bytes) => {
    const text = decodeText(bytes, DECLARATION.exec(bytes.toString('latin1', 0, DECLARATION_BYTES))?.[1]);
    if (text.startsWith(RTF)) throw new FileFailure('unsupported');
    const isHtml = HTML.has(extension) || (PERHAPS_HTML.has(extension) && HTML_START.test(text));
    return isHtml ? (await import('./parse-html.ts')).parseHtml(text) : text;
  };
}

/** At most two empty lines in a row, no zeros, no halves of characters. */
function normalise(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\0', '')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/(?<=\n\n\n)\n+/g, '');
}
