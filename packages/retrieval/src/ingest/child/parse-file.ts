import { decodeText } from './decode-text.ts';
import { FileFailure, unparsable, unsupported, withoutText } from './file-failure.ts';

/** What is unmistakable of a file's content. */
const PDF = Buffer.from('%PDF-');
const ZIP = Buffer.from([0x50, 0x4b, 0x03, 0x04]);
/** How far from its beginning a PDF may begin, in bytes. */
const PDF_SEARCH_BYTES = 1024;

/**
 * The text of a file: what its content is unmistakably counts, else the ending of its name, else whether it is text.
 *
 * @throws `FileFailure`.
 */
export async function parseFile(filename: string, bytes: Buffer): Promise<string> {
  if (bytes.length === 0) throw new FileFailure({ code: 'invalid_file', message: 'The file is empty.' });
  const text = normalize(await read(extensionOf(filename), bytes));
  if (text.trim() === '') throw withoutText();
  return text;
}

async function read(extension: string, bytes: Buffer): Promise<string> {
  const parse = await parserOf(extension, bytes);
  if (!parse) {
    const text = decodeText(bytes);
    if (extension !== 'html' && extension !== 'htm' && !/^\s*<(!doctype html|html)\b/i.test(text.slice(0, 1024))) {
      return text;
    }
    const { parseHtml } = await import('./parse-html.ts');
    return parseHtml(text);
  }
  try {
    return await parse(bytes);
  } catch (error) {
    throw error instanceof FileFailure ? error : unparsable();
  }
}

/** `null`: it has to be text. */
async function parserOf(
  extension: string,
  bytes: Buffer,
): Promise<((bytes: Buffer) => string | Promise<string>) | null> {
  if (bytes.subarray(0, PDF_SEARCH_BYTES).includes(PDF)) {
    const { parsePdf } = await import('./parse-pdf.ts');
    return (pdf) => parsePdf(new Uint8Array(pdf));
  }
  if (!bytes.subarray(0, ZIP.length).equals(ZIP)) {
    // What is named like one of these and is none may be text that was given a wrong name.
    return null;
  }
  const { parseDocx, parsePptx, parseXlsx } = await import('./parse-office.ts');
  const parsers = { docx: parseDocx, pptx: parsePptx, xlsx: parseXlsx };
  if (extension in parsers) return parsers[extension as keyof typeof parsers];
  const kind = [
    ['word/', parseDocx],
    ['ppt/', parsePptx],
    ['xl/', parseXlsx],
  ] as const;
  const found = kind.find(([folder]) => bytes.includes(folder));
  if (!found) throw unsupported();
  return found[1];
}

function extensionOf(filename: string): string {
  return /\.([^.]+)$/.exec(filename)?.[1]?.toLowerCase() ?? '';
}

function normalize(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .replaceAll('\u0000', '')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/\n{4,}/g, '\n\n\n');
}
