import type { Chunking } from '@cogitator-ai/openai-engine';
import type { ByteReader } from '../../byte-reader.ts';
import { FileFailure } from './file-failure.ts';
import { isPdf, isZip } from './sniff.ts';

/*
 * What the child is told: the length of a task (uint32), the task, as JSON, and the bytes of its file; then the next one.
 */

/** A file that is to be read. */
export interface Task {
  /** The ending of the file's name, in lower case, such as `.pdf`; empty where it has none. */
  readonly extension: string;
  /** Size of the file. */
  readonly bytes: number;
  readonly chunking: Chunking;
  /** Most tokens of its text. */
  readonly maxTextTokens: number;
}

const LENGTH_BYTES = 4;
/** Largest file that has nothing but text in it, in bytes. */
const MAX_TEXT_BYTES = 64 * 2 ** 20;
/** How much of a file says what it is, in bytes. */
const START_BYTES = 1024;

/** A task as it is told; its file follows. */
export function taskFrame(task: Task): Buffer {
  const json = JSON.stringify(task);
  const frame = Buffer.alloc(LENGTH_BYTES + Buffer.byteLength(json));
  frame.writeUInt32LE(frame.length - LENGTH_BYTES);
  frame.write(json, LENGTH_BYTES);
  return frame;
}

/** The next task; its file follows. */
export async function readTask(input: ByteReader): Promise<Task> {
  const length = Buffer.from(await input.read(LENGTH_BYTES)).readUInt32LE();
  return JSON.parse(Buffer.from(await input.read(length)).toString()) as Task;
}

/**
 * The file of a task, but no further than it can be used.
 *
 * @throws `FileFailure` when it is too large.
 */
export async function readFile(input: ByteReader, { extension, bytes }: Task): Promise<Buffer<ArrayBuffer>> {
  const file = Buffer.from(new ArrayBuffer(bytes));
  let length = 0;
  for await (const part of input.parts(bytes)) {
    file.set(part, length);
    length += part.length;
    if (bytes > MAX_TEXT_BYTES && length >= START_BYTES && !isPdf(extension, file) && !isZip(file)) {
      throw new FileFailure('tooLarge');
    }
  }
  return file;
}
