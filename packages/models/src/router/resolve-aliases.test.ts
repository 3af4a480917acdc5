import { expect, it } from 'vitest';
import { ModelConfigError } from '../model-config-error.ts';
import { resolveAliases } from './resolve-aliases.ts';

it('follows aliases to the model they finally stand for', () => {
  const aliases = { default: 'gpt-4-turbo', 'gpt-4-turbo': 'openai/gpt-4o', o3: 'o3' };
  expect([...resolveAliases(aliases)]).toEqual([
    ['default', 'openai/gpt-4o'],
    ['gpt-4-turbo', 'openai/gpt-4o'],
    ['o3', 'o3'],
  ]);
});

it.each([
  ['a', { a: 'b', b: 'a' }],
  ['a', { a: 'b', b: 'c', c: 'b' }],
])('refuses aliases that lead round in circles: %s of %j', (alias, aliases) => {
  expect(() => resolveAliases(aliases)).toThrow(new ModelConfigError(`The model alias '${alias}' leads to itself.`));
});
