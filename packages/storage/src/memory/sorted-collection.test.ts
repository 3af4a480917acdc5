import { expect, it } from 'vitest';
import { SortedCollection } from './sorted-collection.ts';

/** Counts how often ids are compared. */
function countedIds(): { idOf: (n: number) => string; takeCount: () => number } {
  let comparisons = 0;
  const idOf = (n: number): string => {
    const text = String(n).padStart(9, '0');
    const id = {
      [Symbol.toPrimitive]: () => {
        comparisons++;
        return text;
      },
    };
    return id as unknown as string;
  };
  const takeCount = (): number => {
    // Every comparison converts two ids.
    const count = comparisons / 2;
    comparisons = 0;
    return count;
  };
  return { idOf, takeCount };
}

it('keeps entries in order of id, whatever the order of arrival', () => {
  const collection = new SortedCollection<string>();
  for (const id of ['b', 'd', 'a', 'e', 'c']) collection.add(id, id.toUpperCase());
  expect(collection.slice(0, 9)).toEqual(['A', 'B', 'C', 'D', 'E']);
  collection.remove('c');
  collection.remove('c');
  collection.remove('never');
  expect(collection.slice(0, 9)).toEqual(['A', 'B', 'D', 'E']);
  expect(collection.size).toBe(4);
  expect([collection.lowerBound('b'), collection.upperBound('b')]).toEqual([1, 2]);
  expect([collection.lowerBound('c'), collection.upperBound('c')]).toEqual([2, 2]);
});

it('appends with one comparison and finds with as many as the size has bits', () => {
  for (const size of [10, 1_000, 100_000]) {
    const { idOf, takeCount } = countedIds();
    const collection = new SortedCollection<number>();
    for (let n = 0; n < size; n++) collection.add(idOf(n), n);
    expect(takeCount()).toBe(size - 1);
    collection.lowerBound(idOf(size / 3));
    expect(takeCount()).toBeLessThanOrEqual(Math.ceil(Math.log2(size + 1)));
    collection.upperBound(idOf(size / 3));
    expect(takeCount()).toBeLessThanOrEqual(Math.ceil(Math.log2(size + 1)));
  }
});
