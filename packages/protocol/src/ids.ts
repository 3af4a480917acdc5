import { monotonicFactory } from 'ulid';

/** The prefix of each kind of id, as the Assistants API reference shows them. */
export const ID_PREFIX = {
  assistant: 'asst_',
  thread: 'thread_',
  message: 'msg_',
  run: 'run_',
  run_step: 'step_',
  tool_call: 'call_',
  file: 'file-',
  vector_store: 'vs_',
  vector_store_file_batch: 'vsfb_',
  segment: 'seg_',
  upload: 'upload_',
  upload_part: 'part_',
} as const;

/** What an id names. */
export type IdKind = keyof typeof ID_PREFIX;

export interface IdFactory {
  /** A new id: the prefix of its kind and a ULID. Of two ids of one kind and factory the later sorts after the earlier. */
  create(kind: IdKind): string;
}

export interface IdFactoryOptions {
  /** Milliseconds since 1970. A clock that steps back does not break the order. */
  now?: () => number;
}

export function createIdFactory({ now = Date.now }: IdFactoryOptions = {}): IdFactory {
  const ulid = monotonicFactory(createPooledRandom());
  return { create: (kind) => ID_PREFIX[kind] + ulid(now()) };
}

/** Cryptographically random numbers in [0, 1), drawn many at a time: the library's own draws one byte for each character. */
function createPooledRandom(): () => number {
  const pool = new Uint8Array(4096);
  let left = 0;
  return () => {
    if (left === 0) {
      globalThis.crypto.getRandomValues(pool);
      left = pool.length;
    }
    return (pool[--left] as number) / 256;
  };
}

/**
 * Whether `value` looks like an id of this kind.
 *
 * Tests the prefix without its separator, as the service does: `step_123` and `file_abc` pass. Files imported from Azure
 * (`assistant-…`) pass too.
 */
export function hasIdPrefix(kind: IdKind, value: string): boolean {
  return value.startsWith(idPrefixWord(kind)) || (kind === 'file' && value.startsWith('assistant-'));
}

/** The prefix without its separator, the form error texts use: `asst`, `thread`, `file`. */
export function idPrefixWord(kind: IdKind): string {
  return ID_PREFIX[kind].slice(0, -1);
}
