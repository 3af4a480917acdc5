import { describe, expect, it } from 'vitest';
import { readPhrases } from './asked-calls.ts';

describe('readPhrases', () => {
  it.each([
    ['nothing', []],
    ['recall get_weather', []],
    ['call get_weather', [['get_weather', '{}']]],
    ['Please CALL get-weather {"city":"Oslo"}.', [['get-weather', '{"city":"Oslo"}']]],
    ['call f {"a":{"b":["}"]}} now', [['f', '{"a":{"b":["}"]}}']]],
    ['call f {"a": 1', [['f', '{}']]],
    ['call f {not json}', [['f', '{}']]],
    [
      'call f {"x":1} and call g',
      [
        ['f', '{"x":1}'],
        ['g', '{}'],
      ],
    ],
  ])('finds in %j: %j', (text, calls) => {
    expect(readPhrases(text).map((call) => [call.name, call.arguments])).toEqual(calls);
  });
});
