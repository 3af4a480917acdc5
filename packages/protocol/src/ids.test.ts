import { describe, expect, it } from 'vitest';
import { createIdFactory, hasIdPrefix, ID_PREFIX, type IdKind } from './ids.ts';

describe('createIdFactory', () => {
  it('prefixes a 26 character ULID with the kind', () => {
    const ids = createIdFactory();
    for (const [kind, prefix] of Object.entries(ID_PREFIX)) {
      expect(ids.create(kind as IdKind)).toMatch(new RegExp(`^${prefix}[0-9A-HJKMNP-TV-Z]{26}$`));
    }
  });

  it('makes ids that strictly increase, within a millisecond and when the clock steps back', () => {
    let now = 1_700_000_000_000;
    const ids = createIdFactory({ now: () => now });
    const made = Array.from({ length: 3000 }, (_, index) => {
      if (index === 1000) now += 1;
      if (index === 2000) now -= 60_000;
      return ids.create('message');
    });
    expect(made).toEqual([...new Set(made)].sort());
  });
});

describe('hasIdPrefix', () => {
  it.each([
    ['run_step', 'step_123'],
    ['assistant', 'asst_abc'],
    ['file', 'file-abc'],
    ['file', 'file_abc'],
    ['file', 'assistant-abc'],
    ['vector_store', 'vs_abc'],
    ['vector_store_file_batch', 'vsfb_abc'],
  ] as const)('takes a %s called %s', (kind, id) => {
    expect(hasIdPrefix(kind, id)).toBe(true);
  });

  it.each([
    ['thread', 'undefined'],
    ['thread', ''],
    ['run', 'thread_abc'],
    ['assistant', 'assistant-abc'],
    ['message', 'MSG_abc'],
  ] as const)('takes no %s called %j', (kind, id) => {
    expect(hasIdPrefix(kind, id)).toBe(false);
  });
});
