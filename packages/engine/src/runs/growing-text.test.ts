import { expect, it } from 'vitest';
import { GrowingText } from './growing-text.ts';

it('has everything that was added, in order, whenever it is asked', () => {
  const text = new GrowingText('It began. ');
  let whole = 'It began. ';
  for (let index = 0; index < 2000; index++) {
    const piece = ` token${index}`;
    text.add(piece);
    whole += piece;
    expect(text.length).toBe(whole.length);
  }
  for (let index = 0; index < 700; index++) {
    text.add('a');
    whole += 'a';
    expect(text.toString()).toBe(whole);
  }
  expect([text.toString(), text.toString()]).toEqual([whole, whole]);
  expect(new GrowingText().toString()).toBe('');
});
