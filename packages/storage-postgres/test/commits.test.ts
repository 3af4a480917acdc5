import type { Check, Storage } from '@cogitator-ai/openai-storage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPostgresStorage } from '../src/index.ts';
import { dropSchema, newSchema, url } from './database.ts';

const schema = newSchema();
let storage: Storage;
beforeAll(async () => {
  storage = await openPostgresStorage({ url, schema });
  const result = await storage.commit({
    writes: [
      { write: 'insert', key: thread, body: '{}' },
      { write: 'insert', key: { kind: 'run', path: ['thread_1'], id: 'run_1' }, body: '{}', unique: 'b' },
      { write: 'insert', key: { kind: 'run', path: ['thread_1'], id: 'run_2' }, body: '{}', unique: 'a' },
    ],
  });
  expect(result).toEqual({ ok: true });
});
afterAll(async () => {
  await storage.close();
  await dropSchema(schema);
});

const thread = { kind: 'thread', path: [], id: 'thread_1' } as const;
const missing = { kind: 'run', path: ['thread_1'], id: 'run_9' } as const;
const step = { kind: 'run_step', path: ['thread_1', 'run_9'], id: 'step_1' } as const;
const exists: Check = { check: 'exists', key: missing };
const free = (unique: string): Check => ({ check: 'free', key: thread, unique });
const taken = { reason: 'taken', unique: 'b', holder: 'run_1' };

// An insert alone has a function of its own.
it.for([
  ['an owner that is missing', [exists, free('b')], { reason: 'missing', key: missing }],
  ['a value that is taken', [free('b'), exists], taken],
  ['the first of two values', [free('b'), free('a')], taken],
  ['the same the other way round', [free('a'), free('b')], { reason: 'taken', unique: 'a', holder: 'run_2' }],
] as const)('answers one insert with what does not hold first: %s', async ([, checks, conflict]) => {
  const alone = await storage.commit({ checks, writes: [{ write: 'insert', key: step, body: '{}' }] });
  const claiming = await storage.commit({ checks, writes: [{ write: 'insert', key: step, body: '{}', unique: 'c' }] });
  expect([alone, claiming]).toEqual([
    { ok: false, conflict },
    { ok: false, conflict },
  ]);
});
