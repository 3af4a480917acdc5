import { expect, it } from 'vitest';
import { rewriteQuery } from './rewrite-query.ts';

it.each([
  ['Could you please tell me how   it is cleaned?', 'how it is cleaned'],
  ['canyon', 'canyon'],
  ['Please?', 'Please?'],
])('rewrites %j as %j', (query, rewritten) => {
  expect(rewriteQuery(query)).toBe(rewritten);
});
