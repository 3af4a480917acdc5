import { describe, expect, it } from 'vitest';
import { Json } from './json.ts';

describe('Json', () => {
  it('serialises a value once', () => {
    let serialised = 0;
    const json = Json.of({
      toJSON: () => {
        serialised++;
        return { a: 1 };
      },
    });
    expect(json.text).toBe('{"a":1}');
    expect(json.text).toBe('{"a":1}');
    expect(serialised).toBe(1);
  });

  it('hands a value back as it was given', () => {
    const value = { a: 1 };
    expect(Json.of(value).value).toBe(value);
  });

  it('keeps text as it was given and parses it once, when first asked', () => {
    const json = Json.parse<{ a: number }>('{ "a": 1 }');
    expect(json.text).toBe('{ "a": 1 }');
    expect(json.value).toEqual({ a: 1 });
    expect(json.value).toBe(json.value);
    expect(() => Json.parse('{').value).toThrow(SyntaxError);
  });
});
