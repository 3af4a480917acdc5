import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURES } from './file-failure.ts';
import { chunkFrame, endFrame, failureFrame, type Frame, readFrames } from './frames.ts';

async function* inParts(bytes: Buffer, size: number): AsyncGenerator<Buffer, void, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const read = (bytes: Buffer, { size = 64, maxFrameBytes = 10_000 } = {}): Promise<Frame[]> =>
  Array.fromAsync(readFrames(inParts(bytes, size), { maxFrameBytes }));

describe('frames', () => {
  it('say what was said, however they are cut', async () => {
    const chunks = fc.array(
      fc.record({ text: fc.string({ minLength: 1, unit: 'grapheme' }), repeated: fc.nat(2 ** 32 - 1) }),
    );
    const last = fc.option(fc.constantFrom(...FAILURES));
    await fc.assert(
      fc.asyncProperty(chunks, last, fc.integer({ min: 1, max: 50 }), async (said, reason, size) => {
        const end = reason === null ? endFrame() : failureFrame(reason);
        const heard = await read(
          Buffer.concat([...said.map(chunkFrame), end, chunkFrame({ text: 'more', repeated: 0 })]),
          { size },
        );
        expect(heard).toEqual([
          ...said.map((chunk) => ({ kind: 'chunk', chunk })),
          reason === null ? { kind: 'end' } : { kind: 'failure', reason },
        ]);
      }),
    );
  });

  it('end where what is said ends', async () => {
    const frame = chunkFrame({ text: 'text', repeated: 0 });
    expect(await read(Buffer.concat([frame, frame.subarray(0, -1)]))).toHaveLength(1);
    expect(await read(Buffer.alloc(0))).toEqual([]);
  });

  it.each([
    ['of no kind', Buffer.from([0, 0, 0, 0, 3])],
    ['that is longer than it may be', chunkFrame({ text: 'a'.repeat(10_000), repeated: 0 })],
    ['whose length is a lie', Buffer.from([255, 255, 255, 255, 0])],
    ['of a chunk without text', chunkFrame({ text: '', repeated: 0 })],
    ['of an end with something in it', Buffer.from([1, 0, 0, 0, 1, 0])],
    ['of a failure that there is not', Buffer.from([1, 0, 0, 0, 2, 99])],
    ['of a failure that says more', Buffer.from([2, 0, 0, 0, 2, 0, 0])],
    ['of something else', Buffer.from('Something was printed.\n')],
  ])('are refused %s', async (_, bytes) => {
    await expect(read(bytes)).rejects.toThrow(RangeError);
  });
});
