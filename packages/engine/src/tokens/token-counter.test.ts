import { expect, it } from 'vitest';
import { loadTokenCounter } from './token-counter.ts';

it.each([
  ['', 0],
  ['hello world', 2],
  ['<|endoftext|>', 7],
  [' hello'.repeat(50), 50],
])('counts %j', async (text, tokens) => {
  expect((await loadTokenCounter())(text)).toBe(tokens);
});

it('counts runs without a break, which would take minutes as one', async () => {
  const count = await loadTokenCounter();
  expect(count('a'.repeat(100_000))).toBeGreaterThan(100_000 / 16);
  expect(count('天地玄黃宇宙洪荒日月盈昃辰宿列張'.repeat(6000))).toBeGreaterThan(90_000);
});
