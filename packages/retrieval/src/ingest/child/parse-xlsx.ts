import { openArchive } from './open-archive.ts';
import { readXml } from './read-xml.ts';
import { readListed } from './relationships.ts';
import { createTextBuilder, GAP, type TextBuilder } from './text-builder.ts';

/** Columns that a sheet can have. */
const MAX_COLUMNS = 16_384;

/**
 * The cells of a workbook: sheet by sheet, each with its name, a line for each row. Values are as they are stored: a date is a number.
 *
 * @throws `FileFailure`; anything for what is damaged.
 */
export function parseXlsx(bytes: Uint8Array): string {
  const read = openArchive(bytes, /^xl\/(workbook|sharedStrings|worksheets\/[^/]+)\.xml$|^xl\/_rels\//);
  const text = createTextBuilder();
  const shared = readSharedStrings(read('xl/sharedStrings.xml'));
  for (const { target, attributes } of readListed(read, 'xl/workbook.xml', 'sheet')) {
    const xml = read(target);
    // Sheets can be charts, too.
    if (xml === null) continue;
    text.write(attributes['name'] ?? '');
    text.gap(GAP.line);
    readRows(xml, shared, text);
    text.gap(GAP.paragraph);
  }
  return text.toString();
}

function readSharedStrings(xml: string | null): string[] {
  const strings: string[] = [];
  let current = '';
  let isText = false;
  /** Within how the characters are pronounced. */
  let isPhonetic = false;
  if (xml === null) return strings;
  readXml(xml, {
    open(name) {
      if (name === 'si') current = '';
      if (name === 'rPh') isPhonetic = true;
      isText = name === 't' && !isPhonetic;
    },
    text(part) {
      if (isText) current += part;
    },
    close(name) {
      isText = false;
      if (name === 'rPh') isPhonetic = false;
      if (name === 'si') strings.push(current);
    },
  });
  return strings;
}

function readRows(xml: string, shared: readonly string[], text: TextBuilder): void {
  /** Where the next cell is to be written, and where it is said to be; columns from 0. */
  let column = 0;
  let place = 0;
  let type = '';
  let value = '';
  let isValue = false;
  readXml(xml, {
    open(name, attributes) {
      if (name === 'row') {
        column = 0;
        place = 0;
      }
      if (name === 'c') {
        place = columnOf(attributes['r']) ?? place;
        type = attributes['t'] ?? '';
        value = '';
      }
      isValue = name === 'v' || name === 't';
    },
    text(part) {
      if (isValue) value += part;
    },
    close(name) {
      isValue = false;
      if (name === 'row') text.gap(GAP.line);
      if (name !== 'c') return;
      const cell = toText(value, type, shared);
      if (cell !== '') {
        text.write('\t'.repeat(Math.max(0, place - column)) + cell);
        column = place;
      }
      place++;
    },
  });
}

function toText(value: string, type: string, shared: readonly string[]): string {
  if (type === 's') return (shared[Number(value)] ?? '').replaceAll(/\s+/g, ' ');
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE';
  return value.replaceAll(/\s+/g, ' ');
}

/** The column of a reference such as `AB12`, from 0. */
function columnOf(reference: string | undefined): number | null {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? '')?.[0];
  if (letters === undefined) return null;
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return Math.min(column, MAX_COLUMNS) - 1;
}
