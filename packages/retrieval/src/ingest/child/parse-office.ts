import { unparsable } from './file-failure.ts';
import { readXml } from './read-xml.ts';
import { unzip } from './unzip.ts';

/** The text of a document of Word. */
export function parseDocx(bytes: Uint8Array): string {
  const entries = unzip(bytes, (name) => /^word\/(document|footnotes|endnotes)\.xml$/.test(name));
  const document = entries.get('word/document.xml');
  if (document === undefined) throw unparsable();
  const notes = ['word/footnotes.xml', 'word/endnotes.xml'].flatMap((name) => entries.get(name) ?? []);
  return [document, ...notes].map(readParagraphs).join('\n\n');
}

/** The text of a presentation, slide by slide, each with its notes. */
export function parsePptx(bytes: Uint8Array): string {
  const entries = unzip(bytes, (name) => /^ppt\/(slides|notesSlides)\/[A-Za-z]+\d+\.xml$/.test(name));
  const slides = inOrder(entries, /^ppt\/slides\/slide(\d+)\.xml$/);
  if (slides.length === 0) throw unparsable();
  return slides
    .map(([number, xml]) => {
      const notes = entries.get(`ppt/notesSlides/notesSlide${number}.xml`);
      return [xml, ...(notes === undefined ? [] : [notes])].map(readParagraphs).join('\n');
    })
    .join('\n\n');
}

/** The cells of a workbook: sheet by sheet, a line for each row. */
export function parseXlsx(bytes: Uint8Array): string {
  const entries = unzip(bytes, (name) => /^xl\/(workbook|sharedStrings|worksheets\/sheet\d+)\.xml$/.test(name));
  const sheets = inOrder(entries, /^xl\/worksheets\/sheet(\d+)\.xml$/);
  if (sheets.length === 0) throw unparsable();
  const shared = readSharedStrings(entries.get('xl/sharedStrings.xml'));
  const names = readSheetNames(entries.get('xl/workbook.xml'));
  return sheets
    .map(([, xml], index) => [...(names[index] === undefined ? [] : [names[index]]), readRows(xml, shared)].join('\n'))
    .join('\n\n');
}

function inOrder(entries: ReadonlyMap<string, string>, pattern: RegExp): [number: number, xml: string][] {
  return [...entries]
    .flatMap(([name, xml]): [number, string][] => {
      const number = pattern.exec(name)?.[1];
      return number === undefined ? [] : [[Number(number), xml]];
    })
    .toSorted(([one], [other]) => one - other);
}

/** Paragraphs of Word and PowerPoint, whose names differ by their prefixes only. */
function readParagraphs(xml: string): string {
  const parts: string[] = [];
  let isText = false;
  readXml(xml, {
    open(name) {
      isText = name === 't';
      if (name === 'tab') parts.push('\t');
      if (name === 'br' || name === 'cr') parts.push('\n');
    },
    text(text) {
      if (isText) parts.push(text);
    },
    close(name) {
      isText = false;
      if (name === 'p') parts.push('\n');
      if (name === 'tc') parts.push('\t');
      if (name === 'tr') parts.push('\n');
    },
  });
  // Cells end with a paragraph of their own.
  return parts.join('').replaceAll('\n\t', '\t').trim();
}

function readSharedStrings(xml: string | undefined): string[] {
  const strings: string[] = [];
  let current = '';
  let isText = false;
  if (xml === undefined) return strings;
  readXml(xml, {
    open(name) {
      if (name === 'si') current = '';
      isText = name === 't';
    },
    text(text) {
      if (isText) current += text;
    },
    close(name) {
      isText = false;
      if (name === 'si') strings.push(current);
    },
  });
  return strings;
}

function readSheetNames(xml: string | undefined): string[] {
  const names: string[] = [];
  if (xml === undefined) return names;
  readXml(xml, {
    open(name, attributes) {
      if (name === 'sheet') names.push(attributes['name'] ?? '');
    },
  });
  return names;
}

function readRows(xml: string, shared: readonly string[]): string {
  const rows: string[] = [];
  let row: string[] = [];
  let type = '';
  let value = '';
  let isValue = false;
  readXml(xml, {
    open(name, attributes) {
      if (name === 'row') row = [];
      if (name === 'c') {
        type = attributes['t'] ?? '';
        value = '';
      }
      isValue = name === 'v' || name === 't';
    },
    text(text) {
      if (isValue) value += text;
    },
    close(name) {
      isValue = false;
      if (name === 'c') row.push(type === 's' ? (shared[Number(value)] ?? '') : value);
      if (name === 'row' && row.some((cell) => cell !== '')) rows.push(row.join('\t'));
    },
  });
  return rows.join('\n');
}
