import { type Chunking, IngestionError, type SourceFile } from '@cogitator-ai/openai-engine';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { Chunk } from './chunk.ts';
import { readFrames } from './child/frames.ts';
import type { ChildTask } from './child/main.ts';
import { readableFolders } from './readable-folders.ts';
import { watchMemory } from './watch-memory.ts';

/** Limits on reading one file. */
export interface ReadLimits {
  /** How long it may take, in ms. Default 60,000. */
  readonly timeoutMs: number;
  /** Memory of the child, in bytes. Default 512 MiB. */
  readonly memoryBytes: number;
  /** Largest file, in bytes. Default 64 MiB. */
  readonly maxBytes: number;
  /** Most tokens of its text. Default 5,000,000. */
  readonly maxTextTokens: number;
}

const DEFAULT_LIMITS: ReadLimits = {
  timeoutMs: 60_000,
  memoryBytes: 512 * 2 ** 20,
  maxBytes: 64 * 2 ** 20,
  maxTextTokens: 5_000_000,
};
/** Longest answers of a child: those of the longest text in the smallest chunks, each of which repeats half. */
const MAX_CHUNK_BYTES = 2 ** 20;
const MAX_TEXT_BYTES = 128 * 2 ** 20;

/** Its folder has both: sources where this is run from sources, else the build. */
const CHILD = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? 'child/main.ts' : 'child/main.js', import.meta.url),
);

const TOO_LARGE = 'The file could not be parsed because it is too large.';

/**
 * Reads a file and cuts it into chunks, in a process of its own that may do nothing else and is ended when it takes too long or too
 * much: whatever a file does to its parser, the server goes on.
 *
 * @throws `IngestionError` when the file cannot be read; the signal's reason when it is aborted.
 */
export async function readChunks(
  { filename, bytes, content }: SourceFile,
  { chunking, limits, signal }: { chunking: Chunking; limits?: Partial<ReadLimits>; signal: AbortSignal },
): Promise<Chunk[]> {
  const { timeoutMs, memoryBytes, maxBytes, maxTextTokens } = { ...DEFAULT_LIMITS, ...limits };
  if (bytes > maxBytes) throw new IngestionError('invalid_file', TOO_LARGE);
  signal.throwIfAborted();
  const task: ChildTask = { filename, chunking, maxBytes, maxTextTokens };
  const child = start(task, memoryBytes);
  let refusal: string | null = null;
  const kill = (reason: string): void => {
    refusal ??= reason;
    child.kill('SIGKILL');
  };
  const timer = setTimeout(() => kill('The file could not be parsed in time.'), timeoutMs);
  const unwatch = watchMemory(child.pid, memoryBytes, () => kill(TOO_LARGE));
  const abort = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', abort, { once: true });
  const exited = once(child, 'close');
  const feeding = feed(content, child.stdin);
  try {
    const chunks = await collect(child.stdout);
    if (chunks) return chunks;
    throw new IngestionError('invalid_file', refusal ?? 'The file could not be parsed.');
  } catch (error) {
    signal.throwIfAborted();
    // oxlint-disable-next-line typescript/no-unnecessary-condition
    if (refusal !== null) throw new IngestionError('invalid_file', refusal);
    if (IngestionError.isInstance(error)) throw error;
    throw new IngestionError('server_error', 'The file could not be read.', { cause: error });
  } finally {
    clearTimeout(timer);
    unwatch();
    signal.removeEventListener('abort', abort);
    child.kill('SIGKILL');
    child.stdin.destroy();
    await Promise.allSettled([exited, feeding]);
  }
}

function start(task: ChildTask, memoryBytes: number): ChildProcessByStdio<Writable, Readable, null> {
  const heapMegabytes = Math.floor((memoryBytes * 0.75) / 2 ** 20);
  const args = [
    '--permission',
    ...readableFolders().map((folder) => `--allow-fs-read=${folder}`),
    `--max-old-space-size=${heapMegabytes}`,
    '--no-warnings',
    CHILD,
    JSON.stringify(task),
  ];
  return spawn(process.execPath, args, { env: {}, stdio: ['pipe', 'pipe', 'inherit'] });
}

/** @returns `null` when the child has ended without an end. */
async function collect(output: Readable): Promise<Chunk[] | null> {
  const chunks: Chunk[] = [];
  let bytes = 0;
  for await (const frame of readFrames(output, { maxFrameBytes: MAX_CHUNK_BYTES })) {
    if (frame.kind === 'end') return chunks;
    if (frame.kind === 'failure') throw new IngestionError(frame.failure.code, frame.failure.message);
    bytes += frame.chunk.text.length;
    if (bytes > MAX_TEXT_BYTES) throw new IngestionError('invalid_file', TOO_LARGE);
    chunks.push(frame.chunk);
  }
  return null;
}

/** A child that has seen enough reads no more; what its answer says is what counts. */
async function feed(content: AsyncIterable<Uint8Array>, input: Writable): Promise<void> {
  try {
    await pipeline(content, input);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && isClosed(error.code))) {
      input.destroy();
      throw error;
    }
  }
}

function isClosed(code: unknown): boolean {
  return code === 'EPIPE' || code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
