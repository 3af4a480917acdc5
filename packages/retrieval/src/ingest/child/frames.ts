import type { Chunk } from '../chunk.ts';
import { FAILURES, type FailureReason } from './file-failure.ts';

/*
 * What the child says of each file: frames of a length in bytes (uint32), a kind (uint8) and so many bytes. Chunks carry the length of
 * their repeated beginning (uint32) before their text; the last frame is the end, or the number of the failure (uint8).
 */

const HEADER_BYTES = 5;
const KIND = { chunk: 0, end: 1, failure: 2 } as const;

/** A frame that was read. */
export type Frame =
  | { readonly kind: 'chunk'; readonly chunk: Chunk }
  | { readonly kind: 'end' }
  | { readonly kind: 'failure'; readonly reason: FailureReason };

export function chunkFrame({ text, repeated }: Chunk): Buffer {
  const bytes = 4 + Buffer.byteLength(text);
  const frame = newFrame(KIND.chunk, bytes);
  frame.writeUInt32LE(repeated, HEADER_BYTES);
  frame.write(text, HEADER_BYTES + 4);
  return frame;
}

export function endFrame(): Buffer {
  return newFrame(KIND.end, 0);
}

export function failureFrame(reason: FailureReason): Buffer {
  const frame = newFrame(KIND.failure, 1);
  frame.writeUInt8(FAILURES.indexOf(reason), HEADER_BYTES);
  return frame;
}

function newFrame(kind: number, bytes: number): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + bytes);
  frame.writeUInt32LE(bytes, 0);
  frame.writeUInt8(kind, 4);
  return frame;
}

/**
 * Reads frames from whatever a child says, up to the last.
 *
 * @param options.maxFrameBytes - Longer ones are no frames.
 * @throws `RangeError` for what is no frame.
 */
export async function* readFrames(
  output: AsyncIterable<Uint8Array>,
  { maxFrameBytes }: { maxFrameBytes: number },
): AsyncGenerator<Frame, void, void> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const bytes of output) {
    pending = Buffer.concat([pending, bytes]);
    let start = 0;
    while (pending.length - start >= HEADER_BYTES) {
      const length = pending.readUInt32LE(start);
      if (length > maxFrameBytes) throw new RangeError('A frame is too long.');
      const end = start + HEADER_BYTES + length;
      if (pending.length < end) break;
      const frame = parseFrame(pending.readUInt8(start + 4), pending.subarray(start + HEADER_BYTES, end));
      yield frame;
      if (frame.kind !== 'chunk') return;
      start = end;
    }
    pending = pending.subarray(start);
  }
}

function parseFrame(kind: number, body: Buffer): Frame {
  if (kind === KIND.chunk && body.length > 4) {
    return { kind: 'chunk', chunk: { text: body.toString('utf8', 4), repeated: body.readUInt32LE(0) } };
  }
  if (kind === KIND.end && body.length === 0) return { kind: 'end' };
  const reason = kind === KIND.failure && body.length === 1 ? FAILURES[body.readUInt8(0)] : undefined;
  if (reason === undefined) throw new RangeError('There is no such frame.');
  return { kind: 'failure', reason };
}
