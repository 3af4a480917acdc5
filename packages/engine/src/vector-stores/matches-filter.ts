import type { AttributeFilter, Attributes, AttributeValue } from '@cogitator-ai/openai-protocol';

/**
 * Whether attributes are as a filter asks. Values of different types are neither equal nor in order; a missing attribute differs
 * from every value and is in no order.
 */
export function matchesFilter(attributes: Attributes, filter: AttributeFilter): boolean {
  switch (filter.type) {
    case 'and':
      return filter.filters.every((each) => matchesFilter(attributes, each));
    case 'or':
      return filter.filters.some((each) => matchesFilter(attributes, each));
    case 'in':
      return filter.value.includes(valueOf(attributes, filter.key) as string);
    case 'nin':
      return !filter.value.includes(valueOf(attributes, filter.key) as string);
    case 'eq':
      return valueOf(attributes, filter.key) === filter.value;
    case 'ne':
      return valueOf(attributes, filter.key) !== filter.value;
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return isInOrder(valueOf(attributes, filter.key), filter.type, filter.value);
  }
}

function valueOf(attributes: Attributes, key: string): AttributeValue | undefined {
  return Object.hasOwn(attributes, key) ? attributes[key] : undefined;
}

function isInOrder(
  value: AttributeValue | undefined,
  operator: 'gt' | 'gte' | 'lt' | 'lte',
  bound: AttributeValue,
): boolean {
  if (value === undefined || typeof value !== typeof bound) return false;
  switch (operator) {
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
