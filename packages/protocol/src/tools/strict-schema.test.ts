import { describe, expect, it } from 'vitest';
import { strictSchemaProblem } from './strict-schema.ts';

const closed = (properties: object) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

describe('strictSchemaProblem', () => {
  it('finds none in a closed schema', () => {
    const inner = closed({ b: { type: 'string' } });
    const schema = {
      ...closed({ a: inner, list: { type: 'array', items: inner }, either: { anyOf: [inner, { type: 'null' }] } }),
      $defs: { inner },
    };
    expect(strictSchemaProblem(schema)).toBeNull();
  });

  it('takes a property called properties for a property', () => {
    expect(strictSchemaProblem(closed({ properties: { type: 'string' }, required: { type: 'string' } }))).toBeNull();
  });

  it('names the place of an open object', () => {
    const open = { type: 'object', properties: {} };
    const expected = "'additionalProperties' is required to be supplied and to be false.";
    expect(strictSchemaProblem(open)).toBe(`In context=(), ${expected}`);
    expect(strictSchemaProblem(closed({ a: open }))).toBe(`In context=('properties', 'a'), ${expected}`);
    expect(strictSchemaProblem(closed({ a: { type: 'array', items: open } }))).toBe(
      `In context=('properties', 'a', 'items'), ${expected}`,
    );
    expect(strictSchemaProblem(closed({ a: { anyOf: [{ type: 'null' }, open] } }))).toBe(
      `In context=('properties', 'a', 'anyOf', '1'), ${expected}`,
    );
    expect(strictSchemaProblem({ ...closed({}), $defs: { open } })).toBe(`In context=('$defs', 'open'), ${expected}`);
  });

  it('names the first property that is not required', () => {
    const schema = { ...closed({ a: {}, b: {} }), required: ['a'] };
    expect(strictSchemaProblem(schema)).toBe(
      "In context=(), 'required' is required to be supplied and to be an array including every key in properties. Missing 'b'.",
    );
  });
});
