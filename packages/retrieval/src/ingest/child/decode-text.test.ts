import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeText } from './decode-text.ts';

const GERMAN = 'Die Größe der Straße ändert sich nicht; schön wäre es, führe sie über den Fluß. Das heißt: später.';
const JAPANESE = 'これは日本語の文章です。ファイル検索のために文字コードを推測します。';
/** `JAPANESE` in Shift_JIS. */
const SHIFT_JIS = Buffer.from(
  '82b182ea82cd93fa967b8cea82cc95b68fcd82c582b7814283748340834383' +
    '8b8c9f8df582cc82bd82df82c995b68e9a8352815b836882f0908491aa82b582dc82b78142',
  'hex',
);

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const bom = (text: string): string => `\uFEFF${text}`;

describe('decodeText', () => {
  it.each([
    ['UTF-8', GERMAN, Buffer.from(GERMAN)],
    ['UTF-8 with a byte order mark', GERMAN, Buffer.from(bom(GERMAN))],
    ['UTF-16LE with a byte order mark', JAPANESE, Buffer.from(bom(JAPANESE), 'utf16le')],
    ['UTF-16BE with a byte order mark', JAPANESE, utf16be(bom(JAPANESE))],
    ['UTF-16LE', GERMAN, Buffer.from(GERMAN, 'utf16le')],
    ['UTF-16BE', GERMAN, utf16be(GERMAN)],
    ['windows-1252', GERMAN, Buffer.from(GERMAN, 'latin1')],
    ['Shift_JIS', JAPANESE, SHIFT_JIS],
    ['ASCII', 'a\tb\r\n', Buffer.from('a\tb\r\n')],
  ])('reads %s', (_, text, bytes) => {
    expect(decodeText(bytes)).toBe(text);
  });

  it('guesses by what is not ASCII, however late it comes', () => {
    const text = decodeText(Buffer.concat([Buffer.alloc(200_000, 'x'), SHIFT_JIS]));
    expect(text.slice(200_000)).toBe(JAPANESE);
  });

  it('believes what a file says of itself, when it has to be guessed', () => {
    const word = Buffer.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]);
    expect(decodeText(word, 'windows-1251')).toBe('Привет');
    expect(decodeText(Buffer.from(GERMAN), 'windows-1251')).toBe(GERMAN);
    expect(decodeText(Buffer.from(GERMAN, 'latin1'), 'no-such-encoding')).toBe(GERMAN);
  });

  it('reads a log in which a bell has rung and a line was lost', () => {
    const log = `${'2024-05-01 something happened\n'.repeat(50)}\u0007\0\0`;
    expect(decodeText(Buffer.from(log))).toBe(log);
  });

  it.each([
    ['zeros', Buffer.alloc(1000)],
    ['white pixels', Buffer.concat([Buffer.from('BM'), Buffer.alloc(60), Buffer.alloc(100_000, 0xff)])],
    ['compressed data', gzipSync(Buffer.from(GERMAN.repeat(10)))],
    ['little compressed data', deflateSync(Buffer.from(GERMAN))],
    ['numbers', Buffer.from(Float64Array.from({ length: 500 }, (_, index) => Math.sqrt(index)).buffer)],
    ['bytes of every kind', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    [
      'an old document of Word',
      Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(500), Buffer.from('Some text of it.')]),
    ],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010806000000', 'hex')],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeText(bytes)).toThrow(expect.objectContaining({ reason: 'unsupported' }));
  });
});
