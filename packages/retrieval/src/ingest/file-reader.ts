import { type Chunking, IngestionError, type SourceFile } from '@cogitator-ai/openai-engine';
import { extname } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ChildPool } from './child-pool.ts';
import type { FailureReason } from './child/file-failure.ts';
import { readFrames } from './child/frames.ts';
import { type Task, taskFrame } from './child/tasks.ts';
import type { Chunk } from './chunk.ts';
import type { Child, ChildEnd } from './start-child.ts';
import { watchMemory } from './watch-memory.ts';

/** Limits on reading one file. */
export interface ReadLimits {
  /** How long it may take, in ms. Default 60,000. */
  readonly timeoutMs: number;
  /** Memory of the process that reads it, in bytes. Default 512 MiB. */
  readonly memoryBytes: number;
  /** Largest file, in bytes. Default 256 MiB; one of text alone has at most 64 MiB. */
  readonly maxBytes: number;
  /** Most tokens of its text. Default 5,000,000. */
  readonly maxTextTokens: number;
}

const DEFAULT_LIMITS: ReadLimits = {
  timeoutMs: 60_000,
  memoryBytes: 512 * 2 ** 20,
  maxBytes: 256 * 2 ** 20,
  maxTextTokens: 5_000_000,
};

/** Largest chunk of a child, in bytes; all texts together, with what is repeated, in UTF-16 units; most chunks. No file needs more. */
const MAX_FRAME_BYTES = 2 ** 20;
const MAX_TEXT_LENGTH = 100_000_000;
const MAX_CHUNKS = 1_000_000;

/** What a file's owner is told. */
const FAILURES = {
  unsupported: ['unsupported_file', 'The file type is not supported.'],
  unparsable: ['invalid_file', 'The file could not be parsed.'],
  tooLarge: ['invalid_file', 'The file could not be parsed because it is too large.'],
  tooSlow: ['invalid_file', 'The file could not be parsed in time.'],
  empty: ['invalid_file', 'The file is empty.'],
  withoutText: ['invalid_file', 'The file has no text.'],
  crashed: ['server_error', 'The file could not be read.'],
} as const satisfies Record<FailureReason | 'tooSlow' | 'crashed', readonly [IngestionError['code'], string]>;

/** How a child ends that a file was too much for, and how one ends that a file has led astray. */
const EXHAUSTED = new Set<string | null>(['SIGABRT', 'SIGILL', 'SIGTRAP']);
const ASTRAY = new Set<string | null>(['SIGBUS', 'SIGFPE', 'SIGSEGV']);

/**
 * Reads files in processes that may do nothing else and are ended when a file takes too long or too much: whatever a file does to its
 * parser, this process goes on.
 */
export class FileReader {
  readonly #limits: ReadLimits;
  readonly #pool: ChildPool;

  constructor(limits?: Partial<ReadLimits>) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#pool = new ChildPool(this.#limits);
  }

  /**
   * Reads a file and cuts it into chunks.
   *
   * @throws `IngestionError` when the file cannot be read; the signal's reason when it is aborted.
   */
  async read(
    { filename, bytes, content }: SourceFile,
    { chunking, signal }: { chunking: Chunking; signal: AbortSignal },
  ): Promise<Chunk[]> {
    const { timeoutMs, memoryBytes, maxBytes, maxTextTokens } = this.#limits;
    signal.throwIfAborted();
    if (bytes > maxBytes) throw failureOf('tooLarge');
    const task = { extension: extname(filename).toLowerCase(), bytes, chunking, maxTextTokens };
    const child = await this.#pool.take().catch((cause: unknown) => {
      throw failureOf('crashed', cause);
    });

    const stopping = new AbortController();
    const stopped = AbortSignal.any([signal, stopping.signal]);
    const stop = (reason: keyof typeof FAILURES, cause?: unknown): void => stopping.abort(failureOf(reason, cause));
    stopped.addEventListener('abort', child.kill, { once: true });
    if (stopped.aborted) child.kill();

    let isFed = false;
    const feeding = feed(task, content, child.input, stop).then(() => (isFed = true));
    // It is not the file's fault when its content is slow to come.
    const timer = setTimeout(() => stop(isFed ? 'tooSlow' : 'crashed'), timeoutMs);
    const unwatch = watchMemory(child.pid, { maxBytes: memoryBytes, onExcess: () => stop('tooLarge') });
    let isRead = false;
    try {
      const chunks = await readAnswer(child);
      await feeding;
      stopped.throwIfAborted();
      isRead = true;
      return chunks;
    } catch (error) {
      throw stopped.aborted ? stopped.reason : error;
    } finally {
      clearTimeout(timer);
      unwatch();
      stopped.removeEventListener('abort', child.kill);
      if (isRead) this.#pool.giveBack(child);
      else {
        child.kill();
        child.input.destroy();
        await child.ended;
      }
    }
  }

  /** Ends the processes; files that are being read are read to their ends. */
  close(): void {
    this.#pool.close();
  }
}

/** Gives a task and its file to a child for as long as it reads. @param onFailure - Told what is wrong with the content. */
async function feed(
  task: Task,
  content: AsyncIterable<Uint8Array>,
  input: Writable,
  onFailure: (reason: 'crashed' | 'tooLarge', cause?: unknown) => void,
): Promise<void> {
  async function* parts(): AsyncGenerator<Uint8Array, void, void> {
    let left = task.bytes;
    yield taskFrame(task);
    try {
      for await (const part of content) {
        left -= part.length;
        if (left < 0) return onFailure('tooLarge');
        yield part;
      }
      if (left > 0) throw new Error('The content of the file is shorter than the file.');
    } catch (error) {
      onFailure('crashed', error);
      throw error;
    }
  }
  // It ends with the file, the input with the child.
  const file = new Writable({ write: (part: Uint8Array, _, done) => void input.write(part, done) });
  // A child that has seen enough reads no more; what counts is its answer.
  await pipeline(parts, file).catch(() => {});
}

/** What a child says, none of which is believed without a look. */
async function readAnswer({ output, ended }: Child): Promise<Chunk[]> {
  try {
    const chunks: Chunk[] = [];
    let length = 0;
    for await (const frame of readFrames(output.iterator({ destroyOnReturn: false }), {
      maxFrameBytes: MAX_FRAME_BYTES,
    })) {
      if (frame.kind === 'failure') throw failureOf(frame.reason);
      if (frame.kind === 'end' && chunks.length > 0) return chunks;
      if (frame.kind === 'end' || !follows(frame.chunk, chunks.at(-1)))
        throw new RangeError('The chunks are not those of a text.');
      length += frame.chunk.text.length;
      if (length > MAX_TEXT_LENGTH || chunks.push(frame.chunk) > MAX_CHUNKS) throw failureOf('tooLarge');
    }
  } catch (error) {
    throw IngestionError.isInstance(error) ? error : failureOf('unparsable', error);
  }
  throw toFailure(await ended);
}

function follows({ text, repeated }: Chunk, previous: Chunk | undefined): boolean {
  return repeated < text.length && (previous?.text ?? '').endsWith(text.slice(0, repeated));
}

/** What it means that a child has ended before its answer did. */
function toFailure({ code, signal, complaint }: ChildEnd): IngestionError {
  const cause = new Error(`The process that read the file has ended with ${signal ?? code}. ${complaint}`);
  if (EXHAUSTED.has(signal)) return failureOf('tooLarge', cause);
  return failureOf(ASTRAY.has(signal) ? 'unparsable' : 'crashed', cause);
}

function failureOf(reason: keyof typeof FAILURES, cause?: unknown): IngestionError {
  const [code, message] = FAILURES[reason];
  return new IngestionError(code, message, { cause });
}
