import * as fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Chunk } from '../chunk.ts';
import { type CutOptions, cutText } from './cut-text.ts';

const tokensOf = (text: string): number => countTokens(text, { disallowedSpecial: new Set() });

function cut(text: string, options: Partial<CutOptions> = {}): Promise<Chunk[]> {
  return Array.fromAsync(cutText(text, { maxTokens: 100, overlapTokens: 20, maxTextTokens: 1_000_000, ...options }));
}

const joined = (chunks: readonly Chunk[]): string => chunks.map(({ text, repeated }) => text.slice(repeated)).join('');

/** Texts of everything that is hard to cut: long runs, spaces, emoji, accents, code, languages without spaces. */
const pieces = fc.oneof(
  fc.lorem({ maxCount: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.toWellFormed()),
  fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '.', '/', '  ', '\u00a0', '=', '-'), maxLength: 60 }),
  fc
    .constantFrom('a', 'é', 'ß\u0301', '漢字、', '文。', '👩‍👩‍👧', '0', '<|endoftext|>')
    .chain((unit) => fc.integer({ min: 1, max: 600 }).map((times) => unit.repeat(times))),
  fc.constantFrom('\n\n', '.\n', 'const a = { b: [1, 2] };\n', "it's ", '\r', '\u2028'),
);
const texts = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));
const sizes = fc
  .integer({ min: 10, max: 300 })
  .chain((maxTokens) =>
    fc.record({ maxTokens: fc.constant(maxTokens), overlapTokens: fc.nat(Math.floor(maxTokens / 2)) }),
  );

describe('cutText', { timeout: 120_000 }, () => {
  // Loads the tokens.
  beforeAll(() => cut('word '.repeat(500)), 60_000);

  it('loses nothing, and keeps chunks and what they repeat as small as they have to be', async () => {
    await fc.assert(
      fc.asyncProperty(texts, sizes, async (text, { maxTokens, overlapTokens }) => {
        const chunks = await cut(text, { maxTokens, overlapTokens });
        expect(joined(chunks)).toBe(text);
        for (const [index, { text: chunk, repeated }] of chunks.entries()) {
          expect(tokensOf(chunk)).toBeLessThanOrEqual(maxTokens);
          expect(chunk.isWellFormed()).toBe(true);
          expect(repeated).toBeLessThan(Math.max(1, chunk.length));
          expect(chunks[index - 1]?.text ?? '').toSatisfy((before: string) =>
            before.endsWith(chunk.slice(0, repeated)),
          );
          expect(tokensOf(chunk.slice(0, repeated))).toBeLessThanOrEqual(overlapTokens);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('fills chunks and what they repeat', async () => {
    const chunks = await cut('word '.repeat(1000), { maxTokens: 100, overlapTokens: 50 });
    for (const { text, repeated } of chunks.slice(1, -1)) {
      expect(tokensOf(text)).toBeGreaterThan(95);
      expect(tokensOf(text.slice(0, repeated))).toBeGreaterThan(45);
    }
  });

  it('leaves a text whole that is small enough', async () => {
    expect(await cut('A few words.')).toEqual([{ text: 'A few words.', repeated: 0 }]);
    const full = 'word'.concat(' word'.repeat(99));
    expect(await cut(full)).toHaveLength(1);
    expect(await cut(`${full} word`)).toHaveLength(2);
  });

  it.each([
    ['a paragraph', `${'One more word, '.repeat(12)}end.\nLine.\n\n`],
    ['a line', `${'One more word. '.repeat(12)}end\n`],
    ['a sentence', `${'one more word, '.repeat(12)}end.`],
    ['a Japanese sentence', `${'もう一つの言葉、'.repeat(5)}終わり。`],
  ])('ends a chunk at the end of %s', async (_, ending) => {
    const [first] = await cut(`${ending}${' and many words more'.repeat(100)}`, {
      maxTokens: tokensOf(ending) + 12,
      overlapTokens: 0,
    });
    expect(first!.text).toBe(ending);
  });

  it('cuts no character', async () => {
    for (const character of ['👩‍👩‍👧', 'e\u0301', '👍🏽', '𠮷']) {
      const chunks = await cut(character.repeat(500));
      expect(chunks.length).toBeGreaterThan(1);
      for (const { text } of chunks) expect(text.length % character.length).toBe(0);
    }
  });

  it.each([
    ['letters', 'a'.repeat(100_000)],
    ['spaces', `${' '.repeat(100_000)}a`],
    ['empty lines', '\n'.repeat(100_000)],
    ['signs', '='.repeat(100_000)],
    ['accents', `e${'\u0301'.repeat(100_000)}`],
  ])('cuts a run of 100,000 %s in no time', async (_, text) => {
    const before = process.cpuUsage();
    const chunks = await cut(text, { maxTokens: 800, overlapTokens: 400 });
    const { user } = process.cpuUsage(before);
    expect(joined(chunks)).toBe(text);
    for (const chunk of chunks) expect(tokensOf(chunk.text.slice(0, 2000))).toBeLessThanOrEqual(800);
    expect(user / 1000).toBeLessThan(2000);
  });

  it('refuses a text with too many tokens', async () => {
    const text = 'word'.concat(' word'.repeat(999));
    await expect(cut(text, { maxTextTokens: 1000 })).resolves.toBeDefined();
    await expect(cut(`${text} word`, { maxTextTokens: 1000 })).rejects.toMatchObject({ reason: 'tooLarge' });
  });
});
