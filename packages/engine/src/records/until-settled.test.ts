import { expect, it } from 'vitest';
import { untilSettled } from './until-settled.ts';

it('lets a hundred who change the same record on a store that is far away succeed one after the other', async () => {
  let turns = 0;
  const hundredth = async () => (++turns < 100 ? undefined : 'changed');
  expect(await untilSettled(hundredth)).toBe('changed');
  expect(turns).toBe(100);
});

it('refuses for what the attempt refuses for, at once', async () => {
  const refusal = new Error('It is gone.');
  await expect(untilSettled(() => Promise.reject(refusal))).rejects.toBe(refusal);
});
