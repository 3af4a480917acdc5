import { expect, it } from 'vitest';
import { loadTokenCounter } from './token-counter.ts';

it.each([
  ['', 0],
  ['hello world', 2],
  ['<|endoftext|>', 7],
  [' hello'.repeat(50), 50],
])('counts %j', async (text, tokens) => {
  const count = await loadTokenCounter();
  expect(await count(text, Infinity)).toBe(tokens);
});

it('counts runs without a break, which would take minutes as one', async () => {
  const count = await loadTokenCounter();
  expect(await count('a'.repeat(100_000), Infinity)).toBeGreaterThan(100_000 / 16);
  expect(await count('天地玄黃宇宙洪荒日月盈昃辰宿列張'.repeat(6000), Infinity)).toBeGreaterThan(90_000);
});

it('stops at the limit, and lets others have their turn', async () => {
  const count = await loadTokenCounter();
  const text = 'An answer that is long. '.repeat(400_000);
  let turns = 0;
  const turning = setInterval(() => turns++);
  const counting = count(text, 50_000);
  await expect(counting).resolves.toBeLessThan(51_000);
  clearInterval(turning);
  expect(turns).toBeGreaterThan(2);
});
