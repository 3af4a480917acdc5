import { expect, it } from 'vitest';
import { createTermReader } from './terms.ts';

const termsOf = createTermReader();

it.each([
  ['words in lower case', 'Alpha, BETA!', ['alpha', 'beta']],
  ['English words without endings', 'The running foxes', ['the', 'run', 'fox']],
  ['letters without accents', 'café München naïf', ['cafe', 'munchen', 'naif']],
  ['compatible forms as one', 'ﬁne Ａ１', ['fine', 'a1']],
  ['names also by their parts', 'fooBar HTTPServer', ['foobar', 'foo', 'bar', 'httpserver', 'http', 'server']],
  ['names with underscores also by their parts', 'ERR_4012 __init__', ['err_4012', 'err', '4012', '__init__', 'init']],
  ['part numbers by their parts', 'X-4500B', ['x', '4500b']],
  ['pairs of characters where no spaces are written', '手機の使 カード', ['手機', '機の', 'の使', 'カー', 'ード']],
  ['a character that stands alone', '水 x', ['水', 'x']],
  ['words beside such characters', 'USB端子', ['usb', '端子']],
  ['letters of other scripts', 'Привет, мир', ['привет', 'мир']],
  ['nothing in signs', '— … 🎉 ____', []],
])('reads %s', (_, text, terms) => {
  expect(termsOf(text)).toEqual(terms);
});

it('reads long runs', () => {
  expect(termsOf('aB'.repeat(50_000))).toHaveLength(50_002);
  expect(termsOf('水'.repeat(50_000))).toHaveLength(49_999);
});
