import type { IngestionErrorCode } from '@cogitator-ai/openai-engine';
import type { Chunk } from '../chunk.ts';

/*
 * What the child says: frames of a length in bytes (uint32), a kind (uint8) and so many bytes. Chunks carry their repeated beginning
 * (uint32) before their text; the last frame is the end, or why there is none.
 */

const HEADER_BYTES = 5;
const KIND = { chunk: 0, end: 1, failure: 2 } as const;

/** Why the child has given up. */
export interface ChildFailure {
  readonly code: IngestionErrorCode;
  readonly message: string;
}

/** A frame that was read. */
export type Frame =
  | { readonly kind: 'chunk'; readonly chunk: Chunk }
  | { readonly kind: 'end' }
  | { readonly kind: 'failure'; readonly failure: ChildFailure };

export function chunkFrame({ text, repeated }: Chunk): Buffer {
  const body = Buffer.from(text);
  const frame = toFrame(KIND.chunk, 4 + body.length);
  frame.writeUInt32LE(repeated, HEADER_BYTES);
  body.copy(frame, HEADER_BYTES + 4);
  return frame;
}

export function endFrame(): Buffer {
  return toFrame(KIND.end, 0);
}

export function failureFrame(failure: ChildFailure): Buffer {
  const body = Buffer.from(JSON.stringify(failure));
  const frame = toFrame(KIND.failure, body.length);
  body.copy(frame, HEADER_BYTES);
  return frame;
}

function toFrame(kind: number, bytes: number): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + bytes);
  frame.writeUInt32LE(bytes, 0);
  frame.writeUInt8(kind, 4);
  return frame;
}

/**
 * Reads frames from whatever a child says.
 *
 * @param maxFrameBytes - Longer ones are no frames.
 * @throws `RangeError` for what is no frame. What is behind the end is not read.
 */
export async function* readFrames(
  output: AsyncIterable<Uint8Array>,
  { maxFrameBytes }: { maxFrameBytes: number },
): AsyncGenerator<Frame> {
  let pending = Buffer.alloc(0);
  for await (const bytes of output) {
    pending = pending.length === 0 ? Buffer.from(bytes) : Buffer.concat([pending, bytes]);
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
  switch (kind) {
    case KIND.chunk: {
      if (body.length < 4) throw new RangeError('A chunk is too short.');
      const text = body.toString('utf8', 4);
      const repeated = body.readUInt32LE(0);
      if (repeated > text.length) throw new RangeError('A chunk repeats more than it has.');
      return { kind: 'chunk', chunk: { text, repeated } };
    }
    case KIND.end:
      return { kind: 'end' };
    case KIND.failure:
      return { kind: 'failure', failure: parseFailure(body.toString()) };
    default:
      throw new RangeError('There is no such frame.');
  }
}

function parseFailure(json: string): ChildFailure {
  const { code, message } = JSON.parse(json) as Partial<ChildFailure>;
  if ((code !== 'unsupported_file' && code !== 'invalid_file') || typeof message !== 'string') {
    throw new RangeError('A failure says nothing that is understood.');
  }
  return { code, message: message.slice(0, 200) };
}
