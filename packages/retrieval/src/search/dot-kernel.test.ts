import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import assembler from 'wabt';
import { DOT_KERNEL } from './dot-kernel.ts';

it('is what its source says', async () => {
  const wabt = await assembler();
  const source = readFileSync(new URL('dot-kernel.wat', import.meta.url), 'utf8');
  const { buffer } = wabt.parseWat('dot-kernel.wat', source, { simd: true }).toBinary({});
  expect(Buffer.from(buffer).toString('base64')).toBe(DOT_KERNEL);
});
