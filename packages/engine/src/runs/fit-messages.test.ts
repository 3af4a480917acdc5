import { describe, expect, it } from 'vitest';
import type { ModelMessage } from '../ports/model-port.ts';
import { PromptMeter } from '../tokens/prompt-meter.ts';
import { fitMessages } from './fit-messages.ts';

/** Ten tokens of text and four of its own, but fifty-four bytes. */
const message = (letter: string): ModelMessage => ({
  role: 'user',
  content: `${letter}${' hello'.repeat(9)}`.slice(0, 55),
});
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(message) as [ModelMessage, ModelMessage, ModelMessage, ModelMessage];
const EACH = 14;

const fit = (tokens: number, fixed: ModelMessage[] = [], messages = [a, b, c, d]) =>
  fitMessages(new PromptMeter(), messages, { fixed, tokens });

describe('fitMessages', () => {
  it('measures its examples as they say', async () => {
    const meter = new PromptMeter();
    expect(await meter.count(a, 100)).toBe(EACH);
    expect(new PromptMeter().atMost(a)).toBe(55 + 4);
  });

  it('keeps all that fit, though their bytes would not', async () => {
    expect(await fit(4 * EACH)).toEqual([a, b, c, d]);
  });

  it('drops the middle first, then the beginning, never the newest', async () => {
    expect(await fit(4 * EACH - 1)).toEqual([a, c, d]);
    expect(await fit(3 * EACH - 1)).toEqual([a, d]);
    expect(await fit(2 * EACH - 1)).toEqual([d]);
    expect(await fit(EACH)).toEqual([d]);
    expect(await fit(EACH - 1)).toBeNull();
  });

  it('goes on without a beginning that is too long', async () => {
    const long: ModelMessage = { role: 'user', content: 'hello '.repeat(100) };
    expect(await fit(2 * EACH, [], [long, b, c, d])).toEqual([c, d]);
  });

  it('leaves room for what is sent in any case', async () => {
    expect(await fit(4 * EACH, [b, c])).toEqual([a, d]);
    expect(await fit(3 * EACH - 1, [b, c])).toBeNull();
    expect(await fit(EACH, [b], [])).toEqual([]);
    expect(await fit(EACH - 1, [b], [])).toBeNull();
  });
});
