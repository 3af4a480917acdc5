import { zipSync } from 'fflate';
import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import type { SourceFile } from '@cogitator-ai/openai-engine';

/** A file in memory, which comes in parts. */
export function fileOf(filename: string, content: string | Uint8Array, { partBytes = 2 ** 16 } = {}): SourceFile {
  const bytes = Buffer.from(content);
  async function* parts(): AsyncGenerator<Uint8Array, void, void> {
    for (let at = 0; at < bytes.length; at += partBytes) yield bytes.subarray(at, at + partBytes);
  }
  return { filename, bytes: bytes.length, content: parts() };
}

/** An archive of texts and bytes by their names. */
export function zipOf(entries: Record<string, string | Uint8Array>, { level = 6 }: { level?: 0 | 1 | 6 } = {}): Buffer {
  const files = Object.entries(entries).map(([name, content]) => [name, new Uint8Array(Buffer.from(content))] as const);
  return Buffer.from(zipSync(Object.fromEntries(files), { level }));
}

const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** What a part of an office file refers to: types and targets by their ids. */
export function relationshipsOf(targets: Record<string, readonly [type: string, target: string]>): string {
  const elements = Object.entries(targets).map(
    ([id, [type, target]]) => `<Relationship Id="${id}" Type="${RELATIONSHIPS}/${type}" Target="${target}"/>`,
  );
  return `<?xml version="1.0"?><Relationships>${elements.join('')}</Relationships>`;
}

/** A document of Word. @param body - What is in its body. */
export function docxOf(body: string, others: Record<string, string> = {}): Buffer {
  return zipOf({
    '[Content_Types].xml': '<Types/>',
    'word/document.xml': `<?xml version="1.0"?><w:document xmlns:w="w"><w:body>${body}</w:body></w:document>`,
    ...others,
  });
}

/** Paragraphs of Word, one for each text. */
export function paragraphsOf(...texts: string[]): string {
  return texts.map((text) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`).join('');
}

/** A document of pages with a line of text each. */
export function pdfOf(lines: readonly string[], { encrypted = false } = {}): Buffer {
  return pdfWith(
    lines.map((line) => ({ data: Buffer.from(`BT /F1 12 Tf 72 720 Td (${line}) Tj ET`), filter: '' })),
    encrypted
      ? '/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O (oooooooooooooooooooooooooooooooo) /U (uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu) >> /ID [(a) (b)]'
      : '',
  );
}

/** A small document whose only page has `bytes` of nothing, deflated three times over. */
export function pdfBomb(bytes: number): Buffer {
  let data = deflatedSpaces(bytes);
  for (let layer = 0; layer < 2; layer++) data = deflateSync(data, { level: 9 });
  return pdfWith([{ data, filter: '/Filter [/FlateDecode /FlateDecode /FlateDecode]' }]);
}

/** So many spaces, deflated without having them in memory: blocks that stand alone are said again and again. */
function deflatedSpaces(bytes: number): Buffer {
  const block = deflateRawSync(Buffer.alloc(2 ** 20, ' '), { finishFlush: constants.Z_FULL_FLUSH });
  const last = deflateRawSync(Buffer.alloc(0));
  return Buffer.concat([
    Buffer.from([0x78, 0x9c]),
    ...Array<Buffer>(bytes / 2 ** 20).fill(block),
    last,
    Buffer.alloc(4),
  ]);
}

function pdfWith(contents: readonly { data: Buffer; filter: string }[], trailer = ''): Buffer {
  const kids = contents.map((_, index) => `${4 + index * 2} 0 R`);
  const objects: Buffer[] = [
    Buffer.from('<< /Type /Catalog /Pages 2 0 R >>'),
    Buffer.from(`<< /Type /Pages /Kids [${kids.join(' ')}] /Count ${kids.length} >>`),
    Buffer.from('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'),
    ...contents.flatMap(({ data, filter }, index) => [
      Buffer.from(
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
      ),
      Buffer.concat([
        Buffer.from(`<< /Length ${data.length} ${filter} >>\nstream\n`),
        data,
        Buffer.from('\nendstream'),
      ]),
    ]),
  ];
  const parts = [Buffer.from('%PDF-1.4\n')];
  const places: number[] = [];
  let length = parts[0]!.length;
  for (const [index, object] of objects.entries()) {
    places.push(length);
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')]);
    parts.push(part);
    length += part.length;
  }
  const table = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`);
  const size = objects.length + 1;
  parts.push(
    Buffer.from(
      `xref\n0 ${size}\n0000000000 65535 f \n${table.join('')}trailer << /Size ${size} /Root 1 0 R ${trailer} >>\nstartxref\n${length}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}
