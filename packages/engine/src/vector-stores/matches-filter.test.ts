import type { AttributeFilter } from '@cogitator-ai/openai-protocol';
import { describe, expect, it } from 'vitest';
import { matchesFilter } from './matches-filter.ts';

const ATTRIBUTES = { text: 'b', number: 2, flag: true };
type Single = Extract<AttributeFilter, { value: string | number | boolean }>;

describe('a filter', () => {
  it.each<[Single['type'], boolean, boolean, boolean]>([
    ['eq', false, true, false],
    ['ne', true, false, true],
    ['gt', false, false, true],
    ['gte', false, true, true],
    ['lt', true, false, false],
    ['lte', true, true, false],
  ])('%s compares with what is less, the same and more', (type, less, same, more) => {
    for (const [key, attribute] of [
      ['number', [1, 2, 3]],
      ['text', ['a', 'b', 'c']],
    ] as const) {
      const results = attribute.map((value) => matchesFilter({ [key]: value }, { type, key, value: ATTRIBUTES[key] }));
      expect(results).toEqual([less, same, more]);
    }
  });

  it.each<[boolean, AttributeFilter]>([
    [true, { type: 'eq', key: 'flag', value: true }],
    [false, { type: 'eq', key: 'flag', value: 'true' }],
    [false, { type: 'eq', key: 'number', value: '2' }],
    [false, { type: 'ne', key: 'number', value: '2' }],
    [false, { type: 'gte', key: 'number', value: '1' }],
    [false, { type: 'lt', key: 'flag', value: 5 }],
    [true, { type: 'in', key: 'number', value: ['x', 2] }],
    [false, { type: 'in', key: 'number', value: ['2'] }],
    [false, { type: 'in', key: 'number', value: [] }],
    [false, { type: 'nin', key: 'number', value: [2] }],
    [false, { type: 'nin', key: 'number', value: ['2'] }],
    [true, { type: 'nin', key: 'number', value: ['2', 3] }],
  ])('is %s for values of the same or other types: %j', (expected, filter) => {
    expect(matchesFilter(ATTRIBUTES, filter)).toBe(expected);
  });

  it.each(['none', 'toString', '__proto__'])('takes the attribute %s, which is missing, for different', (key) => {
    const holds = (['eq', 'gt', 'gte', 'lt', 'lte', 'ne'] as const).filter((type) =>
      matchesFilter(ATTRIBUTES, { type, key, value: 0 }),
    );
    expect(holds).toEqual(['ne']);
    expect(matchesFilter(ATTRIBUTES, { type: 'in', key, value: [0] })).toBe(false);
    expect(matchesFilter(ATTRIBUTES, { type: 'nin', key, value: [0] })).toBe(true);
  });

  it('joins others', () => {
    const [yes, no]: AttributeFilter[] = [
      { type: 'eq', key: 'text', value: 'b' },
      { type: 'eq', key: 'text', value: 'x' },
    ];
    const of = (type: 'and' | 'or', ...filters: AttributeFilter[]) => matchesFilter(ATTRIBUTES, { type, filters });
    expect([of('and', yes!, yes!), of('and', yes!, no!), of('or', yes!, no!), of('or', no!, no!)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(of('and', yes!, { type: 'or', filters: [no!, yes!] })).toBe(true);
  });
});
