import { describe, expect, it } from 'vitest';
import { docxOf, paragraphsOf, pdfOf, relationshipsOf, zipOf } from '../../../test/files.ts';
import type { FailureReason } from './file-failure.ts';
import { parseFile } from './parse-file.ts';

/** In a buffer of its own, as the child reads it. */
function parse(extension: string, content: string | Uint8Array): Promise<string> {
  const bytes = Buffer.from(content);
  const file = Buffer.from(new ArrayBuffer(bytes.length));
  bytes.copy(file);
  return parseFile(extension, file);
}

const refusal = (reason: FailureReason): object => expect.objectContaining({ reason });

const cell = (text: string): string => `<w:tc>${paragraphsOf(text)}</w:tc>`;
const slide = (text: string): string => `<p:sld><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:sld>`;
const PPTX = {
  'ppt/presentation.xml':
    '<p:presentation><p:sldIdLst><p:sldId r:id="rId2"/><p:sldId r:id="rId1"/></p:sldIdLst></p:presentation>',
  'ppt/_rels/presentation.xml.rels': relationshipsOf({
    rId1: ['slide', 'slides/slide1.xml'],
    rId2: ['slide', '/ppt/slides/slide2.xml'],
  }),
  'ppt/slides/slide1.xml': slide('Second'),
  'ppt/slides/slide2.xml': slide('First &amp; foremost'),
  'ppt/slides/slide3.xml': slide('Deleted'),
  'ppt/slides/_rels/slide1.xml.rels': relationshipsOf({ rId1: ['notesSlide', '../notesSlides/notesSlide7.xml'] }),
  'ppt/notesSlides/notesSlide7.xml': slide('Say this.'),
};
const XLSX = {
  'xl/workbook.xml':
    '<workbook><sheets><sheet name="Prices" r:id="rId2"/><sheet name="Chart" r:id="rId3"/><sheet name="Notes" r:id="rId1"/></sheets></workbook>',
  'xl/_rels/workbook.xml.rels': relationshipsOf({
    rId1: ['worksheet', 'worksheets/sheet1.xml'],
    rId2: ['worksheet', 'worksheets/sheet2.xml'],
    rId3: ['chartsheet', 'chartsheets/sheet1.xml'],
  }),
  'xl/sharedStrings.xml':
    '<sst><si><t>Name</t></si><si><r><t>Pri</t></r><r><t>ce</t></r></si><si><t>東京</t><rPh><t>トウキョウ</t></rPh></si></sst>',
  'xl/worksheets/sheet1.xml':
    '<worksheet><sheetData><row><c t="inlineStr"><is><t>A\nnote</t></is></c></row></sheetData></worksheet>',
  'xl/worksheets/sheet2.xml':
    '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>' +
    '<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2"><f>1+1</f><v>2</v></c><c r="E2" t="b"><v>1</v></c></row><row r="3"/></sheetData></worksheet>',
};

describe('parseFile', { timeout: 60_000 }, () => {
  it.each(['.txt', '.md', '.json', '.csv', '.ts', '.php', '.log', '.yaml', '.unheard-of', ''])(
    'takes a %s as it is',
    async (extension) => {
      expect(await parse(extension, '<p>a,\t{"b": 1}</p>\n')).toBe('<p>a,\t{"b": 1}</p>\n');
    },
  );

  it('makes lines and empty lines alike, and leaves out zeros', async () => {
    expect(await parse('.txt', `a\r\nb\rc\n\n\n\n\n\nd\0${'e'.repeat(1000)}`)).toBe(
      `a\nb\nc\n\n\nd${'e'.repeat(1000)}`,
    );
  });

  it('reads a page as somebody reads it', async () => {
    const html = `<!DOCTYPE html><html><head><title>A &amp; B</title><style>p { color: red }</style>
      <script>document.write("<p>no</p>")</script></head>
      <body><!-- no --><h1>Head<b>line</b></h1><p>One  <a href="/x">link</a>,&nbsp;two<br>lines.
      <ul><li>first<li>second</ul><svg><title>no</title><path/></svg><template><p>no</p></template>
      <table><tr><th>Name</th><th>Price</th></tr><tr><td>Tea</td><td>2</td></tr></table>
      <pre>a\n  b</pre>end</body></html>`;
    expect(await parse('.html', html)).toBe(
      'A & B\n\nHeadline\n\nOne link,\u00a0two\nlines.\n\nfirst\nsecond\n\nName\tPrice\nTea\t2\n\na\n  b\n\nend',
    );
  });

  it('reads a page in the encoding that it declares', async () => {
    const page = Buffer.concat([
      Buffer.from('<html><meta charset="windows-1251"><p>'),
      Buffer.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]),
    ]);
    expect(await parse('.htm', page)).toBe('Привет');
  });

  it('reads pages that are nested 200,000 deep', async () => {
    const before = process.cpuUsage();
    expect(await parse('.html', `${'<div>'.repeat(200_000)}deep${'</div>'.repeat(200_000)}`)).toBe('deep');
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000);
  });

  it('reads documents of Word', async () => {
    const body =
      paragraphsOf('Before') +
      '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Title</w:t></w:r></w:p>' +
      '<w:p><w:r><w:t xml:space="preserve">Some </w:t></w:r><w:r><w:t>text</w:t><w:tab/><w:t>here</w:t><w:br/><w:t>and there.</w:t></w:r></w:p>' +
      '<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>' +
      `<w:tbl><w:tr>${cell('Name')}${cell('Price')}</w:tr><w:tr>${cell('Tea')}${cell('2 &lt; 3')}</w:tr></w:tbl>` +
      `<mc:AlternateContent><mc:Choice>${paragraphsOf('Box')}</mc:Choice><mc:Fallback>${paragraphsOf('Box')}</mc:Fallback></mc:AlternateContent>`;
    const notes = { 'word/footnotes.xml': `<w:footnotes>${paragraphsOf('A note.')}</w:footnotes>` };
    expect(await parse('.docx', docxOf(body, notes))).toBe(
      'Before\n\nTitle\nSome text\there\nand there.\n\nName\tPrice\nTea\t2 < 3\n\nBox\n\nA note.',
    );
  });

  it('reads presentations, slides in their order with their notes', async () => {
    expect(await parse('.pptx', zipOf(PPTX))).toBe('First & foremost\n\nSecond\n\nSay this.');
  });

  it('reads workbooks, sheets in their order with their names', async () => {
    expect(await parse('.xlsx', zipOf(XLSX))).toBe('Prices\nName\tPrice\n東京\t2\t\t\tTRUE\n\nNotes\nA note');
  });

  it('reads PDFs page by page', async () => {
    expect(await parse('.pdf', pdfOf(['First page', 'Second page']))).toBe('First page\n\nSecond page');
  });

  it.each([
    ['a PDF named .txt', '.txt', pdfOf(['Hello']), 'Hello'],
    ['a PDF with something before it', '.pdf', Buffer.concat([Buffer.from('\r\n\r\n'), pdfOf(['Hello'])]), 'Hello'],
    ['a document of Word named .pptx', '.pptx', docxOf(paragraphsOf('Hello')), 'Hello'],
    ['a presentation without a name', '', zipOf(PPTX), 'First & foremost\n\nSecond\n\nSay this.'],
    [
      'a document of Word with a workbook in it',
      '.docx',
      docxOf(paragraphsOf('Hello'), { 'word/x/xl/workbook.xml': 'x' }),
      'Hello',
    ],
    ['text named .pdf', '.pdf', 'Just text.', 'Just text.'],
    ['text named .docx', '.docx', 'Just text.', 'Just text.'],
    ['text about PDFs', '.md', 'A PDF begins with %PDF-1.4.', 'A PDF begins with %PDF-1.4.'],
    ['a page named .doc', '.doc', '<html><p>Hello</p></html>', 'Hello'],
    ['a page that is made by a program', '.php', '<html><?= $x ?></html>', '<html><?= $x ?></html>'],
  ])('believes the content of %s', async (_, extension, content, text) => {
    expect(await parse(extension, content)).toBe(text);
  });

  it.each<[string, string, string | Uint8Array, FailureReason]>([
    ['an empty file', '.txt', '', 'empty'],
    ['a file of spaces', '.txt', ' \n\t\n', 'withoutText'],
    ['a PDF without text', '.pdf', pdfOf(['']), 'withoutText'],
    ['a page without text', '.html', '<html><script>x</script></html>', 'withoutText'],
    ['a document without text', '.docx', docxOf(''), 'withoutText'],
    ['an archive of other things', '.zip', zipOf({ 'a.txt': 'a' }), 'unsupported'],
    ['an archive named .docx', '.docx', zipOf({ 'a.txt': 'a' }), 'unsupported'],
    [
      'something that is no text, named .txt',
      '.txt',
      Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
      'unsupported',
    ],
    ['something that is no PDF, named .pdf', '.pdf', Buffer.alloc(100), 'unsupported'],
    ['rich text', '.rtf', '{\\rtf1 Hello}', 'unsupported'],
    ['half a PDF', '.pdf', pdfOf(['Hello', 'there']).subarray(0, 600), 'unparsable'],
    ['a PDF with nothing in it', '.pdf', '%PDF-1.4\n%%EOF', 'unparsable'],
    ['an encrypted PDF', '.pdf', pdfOf(['Hello'], { encrypted: true }), 'unparsable'],
    ['half a document', '.docx', docxOf(paragraphsOf('Hello'.repeat(200))).subarray(0, -30), 'unparsable'],
    ['a document that is not closed', '.docx', docxOf('<w:p>'), 'unparsable'],
    [
      'a presentation without a slide that it lists',
      '.pptx',
      zipOf({ ...PPTX, 'ppt/slides/slide1.xml': '' }),
      'unparsable',
    ],
    [
      'a document that is nested 200,000 deep',
      '.docx',
      docxOf('<w:p>'.repeat(200_000) + '</w:p>'.repeat(200_000)),
      'unparsable',
    ],
  ])('refuses %s', async (_, extension, content, reason) => {
    await expect(parse(extension, content)).rejects.toEqual(refusal(reason));
  });

  it('expands no entities', async () => {
    const lols = Array.from({ length: 9 }, (_, index) => `<!ENTITY lol${index + 1} "${`&lol${index};`.repeat(10)}">`);
    const xml = `<?xml version="1.0"?><!DOCTYPE d [<!ENTITY lol0 "lol">${lols.join('')}]><w:document>${paragraphsOf('a &lol9; b')}</w:document>`;
    expect(await parse('.docx', zipOf({ 'word/document.xml': xml }))).toBe('a &lol9; b');
  });

  it('refuses documents that inflate to too much', async () => {
    const bomb = zipOf({ 'word/document.xml': Buffer.alloc(70 * 2 ** 20, 'a') }, { level: 1 });
    expect(bomb.length).toBeLessThan(2 ** 20);
    await expect(parse('.docx', bomb)).rejects.toEqual(refusal('tooLarge'));
    const size = Buffer.alloc(4);
    size.writeUInt32LE(1000);
    const entry = bomb.lastIndexOf('PK\u0001\u0002');
    expect(bomb.toString('latin1', entry + 46, entry + 63)).toBe('word/document.xml');
    bomb.set(size, entry + 24);
    await expect(parse('.docx', bomb)).rejects.toEqual(refusal('unparsable'));
  });

  it('refuses workbooks that say the same again and again', async () => {
    const sheet = `<worksheet><sheetData><row>${'<c t="s"><v>0</v></c>'.repeat(1000)}</row></sheetData></worksheet>`;
    const shared = `<sst><si><t>${'a'.repeat(100_000)}</t></si></sst>`;
    const bomb = zipOf({ ...XLSX, 'xl/worksheets/sheet1.xml': sheet, 'xl/sharedStrings.xml': shared });
    await expect(parse('.xlsx', bomb)).rejects.toEqual(refusal('tooLarge'));
  });

  it('refuses texts that are too long for any chunks', async () => {
    await expect(parse('.txt', Buffer.alloc(40_000_001, 'a'))).rejects.toEqual(refusal('tooLarge'));
    await expect(parse('.txt', Buffer.alloc(40_000_001, '\n'))).rejects.toEqual(refusal('tooLarge'));
  });
});
