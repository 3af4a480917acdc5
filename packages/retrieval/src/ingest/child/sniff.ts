const PDF = '%PDF-';
/** How far from its beginning a PDF may begin, in bytes. */
const PDF_START_BYTES = 1024;
const ZIP = Buffer.from([0x50, 0x4b, 0x03, 0x04]);

/** What an archive of each kind has, by the ending of its name. */
const OFFICE = {
  '.docx': 'word/document.xml',
  '.pptx': 'ppt/presentation.xml',
  '.xlsx': 'xl/workbook.xml',
} as const;
export type OfficeExtension = keyof typeof OFFICE;

/**
 * Whether a file is a PDF. One may begin with something else, but then its name has to say so, too: texts tell of PDFs.
 *
 * @param start - The file, or its first kilobyte.
 */
export function isPdf(extension: string, start: Buffer): boolean {
  const at = start.subarray(0, PDF_START_BYTES).indexOf(PDF);
  return at === 0 || (at > 0 && extension === '.pdf');
}

/** @param start - The file, or its beginning. */
export function isZip(start: Buffer): boolean {
  return start.subarray(0, ZIP.length).equals(ZIP);
}

/**
 * Which kind of document an archive is. What its name says is looked for first: a document may have others in it.
 *
 * @returns `null` for an archive of another kind.
 */
export function officeExtension(extension: string, archive: Buffer): OfficeExtension | null {
  const kinds = Object.keys(OFFICE) as OfficeExtension[];
  const likelyFirst = [...kinds.filter((kind) => kind === extension), ...kinds];
  return likelyFirst.find((kind) => archive.includes(OFFICE[kind])) ?? null;
}
