import { expect, it } from 'vitest';
import { CitedText } from './cited-text.ts';
import { toToolOutput } from './search-answer.ts';

it.each([
  ['an ordinary name', 'notes.txt'],
  ['a name that is cut within a character', `${'a'.repeat(199)}😀.txt`],
  ['the longest name', 'n'.repeat(1024)],
  ['a name with what marks have', 'a【1†b】\nc.txt'],
])('marks a chunk of a file with %s so that the mark is understood', (_, filename) => {
  const chunks = [{ fileId: 'file-a', filename, text: 'Text.', score: 1, attributes: {} }];
  const [marker = ''] = toToolOutput({ number: 4, chunks }).split('\n');
  expect(marker.isWellFormed()).toBe(true);
  const text = new CitedText(() => 'file-a');
  expect(text.push(`So it is${marker}.`)[1]).toEqual({ text: marker, fileId: 'file-a' });
});
