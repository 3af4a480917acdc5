import { describe, expect, it } from 'vitest';
import type { ApiError } from './errors/api-error.ts';
import { parseRequest } from './errors/from-zod.ts';
import { UpdateRunRequest } from './runs/run-requests.ts';

const parse = (metadata: unknown) => parseRequest(UpdateRunRequest, { metadata }).metadata;
const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));

function refusalOf(metadata: unknown) {
  try {
    parse(metadata);
  } catch (error) {
    return (error as ApiError).body;
  }
  throw new Error('The metadata was taken.');
}

describe('Metadata', () => {
  it('takes 16 pairs, keys of 64 and values of 512 characters', () => {
    expect(parse(pairs(16))).toEqual(pairs(16));
    for (const character of ['x', '🙂']) {
      const longest = { [character.repeat(64)]: character.repeat(512) };
      expect(parse(longest)).toEqual(longest);
    }
    expect(parse(null)).toBeNull();
    expect(parse({})).toEqual({});
  });

  it('refuses 17 pairs', () => {
    expect(refusalOf(pairs(17))).toMatchObject({
      message:
        "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an object with 17 properties instead.",
      param: 'metadata',
      code: 'object_above_max_properties',
    });
  });

  it.each(['x', '🙂'])('refuses a key of 65 %s', (character) => {
    const key = character.repeat(65);
    expect(refusalOf({ [key]: 'v' })).toMatchObject({
      message: `Invalid property name in 'metadata': '${key}' is too long. Expected a string with maximum length 64, but got a string with length 65 instead.`,
      param: 'metadata',
      code: 'property_name_above_max_length',
    });
  });

  it.each(['x', '🙂'])('refuses a value of 513 %s', (character) => {
    expect(refusalOf({ k: character.repeat(513) })).toMatchObject({
      message:
        "Invalid 'metadata.k': string too long. Expected a string with maximum length 512, but got a string with length 513 instead.",
      param: 'metadata.k',
      code: 'string_above_max_length',
    });
  });

  it('reports a wrong type before any limit', () => {
    expect(refusalOf({ ...pairs(17), last: 1 })).toMatchObject({ param: 'metadata.last', code: 'invalid_type' });
  });
});
