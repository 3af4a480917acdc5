import type { AttributeFilter, Attributes, AttributeValue } from '@cogitator-ai/openai-protocol';

/**
 * Whether attributes are as a filter asks. Values of different types are not compared: no filter matches them. A missing attribute
 * differs from every value and is in no order.
 */
export function matchesFilter(attributes: Attributes, filter: AttributeFilter): boolean {
  if ('filters' in filter) {
    const matches = (each: AttributeFilter): boolean => matchesFilter(attributes, each);
    return filter.type === 'and' ? filter.filters.every(matches) : filter.filters.some(matches);
  }
  const value = Object.hasOwn(attributes, filter.key) ? attributes[filter.key] : undefined;
  if (value === undefined) return filter.type === 'ne' || filter.type === 'nin';
  switch (filter.type) {
    case 'in':
      return filter.value.includes(value as string);
    case 'nin': {
      const isComparable = filter.value.some((each) => typeof each === typeof value) || filter.value.length === 0;
      return isComparable && !filter.value.includes(value as string);
    }
    case 'eq':
    case 'ne':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return typeof value === typeof filter.value && holds(value, filter.type, filter.value);
  }
}

function holds(
  value: AttributeValue,
  operator: 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte',
  bound: AttributeValue,
): boolean {
  switch (operator) {
    case 'eq':
      return value === bound;
    case 'ne':
      return value !== bound;
    case 'gt':
      return value > bound;
    case 'gte':
      return value >= bound;
    case 'lt':
      return value < bound;
    case 'lte':
      return value <= bound;
  }
}
