import type { SegmentSource } from '@cogitator-ai/openai-engine';
import { Arena } from './arena.ts';
import type { CachedSegment } from './cached-segment.ts';
import { Gate } from './gate.ts';
import { loadSegment } from './load-segment.ts';
import type { Turns } from './turns.ts';

/** Segments that are loaded at a time. */
const MAX_LOADS = 16;
/** How long one may take, in ms. */
const LOAD_MS = 60_000;
/** What is reckoned for an entry besides its part of the arena, in bytes. */
const ENTRY_BYTES = 512;
/** The share of entries in the cache; the rest is the arena's. */
const ENTRIES_SHARE = 1 / 8;

/** The smallest cache, in bytes. */
export const MIN_CACHE_BYTES = 2 ** 20;

export interface SegmentCacheOptions {
  /** Most memory, in bytes. */
  readonly bytes: number;
  /** What queries are embedded with: other vectors are not loaded. */
  readonly embedding: string | null;
  readonly turns: Turns;
}

interface Entry {
  readonly segment: CachedSegment;
  /** How many use it now. */
  users: number;
  /** Whether it was used since it was last spared. */
  isRecent: boolean;
}

interface Waiter {
  resolve(segment: CachedSegment | null): void;
  reject(error: unknown): void;
}

/** A segment that is being loaded, for all who want it. */
interface Load {
  readonly waiters: Set<Waiter>;
  readonly controller: AbortController;
}

/**
 * What is needed of segments, as much as there is room for; those that were not used lately go first. Whoever was given one
 * releases it, and until then it stays.
 */
export class SegmentCache {
  readonly arena: Arena;
  readonly #embedding: string | null;
  readonly #turns: Turns;
  readonly #maxEntries: number;
  /** Those that are looked at first when room is needed come first. */
  readonly #entries = new Map<string, Entry>();
  readonly #loads = new Map<string, Load>();
  readonly #loading = new Gate(MAX_LOADS);
  /** One at a time waits for room, so that a large segment gets it as well. */
  readonly #taking = new Gate(1);
  #onRoom: () => void = () => {};

  constructor({ bytes, embedding, turns }: SegmentCacheOptions) {
    const entriesBytes = bytes * ENTRIES_SHARE;
    this.arena = new Arena(bytes - entriesBytes);
    this.#maxEntries = Math.floor(entriesBytes / ENTRY_BYTES);
    this.#embedding = embedding;
    this.#turns = turns;
  }

  /** Memory of the cache in bytes, used or not. */
  get bytes(): number {
    return this.arena.size + this.#entries.size * ENTRY_BYTES;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** A segment that is here, or `null`. */
  take(key: string): CachedSegment | null {
    const entry = this.#entries.get(key);
    if (!entry) return null;
    entry.isRecent = true;
    entry.users++;
    return entry.segment;
  }

  /**
   * A segment, which is loaded unless it is here. Several who want it share the load.
   *
   * @returns `null` when it is gone.
   * @throws `SegmentError` when it is damaged; what the source throws; the signal's reason.
   */
  load(key: string, source: SegmentSource, signal: AbortSignal): Promise<CachedSegment | null> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const here = this.take(key);
    if (here) return Promise.resolve(here);
    const load = this.#loads.get(key) ?? this.#begin(key, source);
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        signal.removeEventListener('abort', abort);
        load.waiters.delete(waiter);
      };
      const waiter: Waiter = {
        resolve: (segment) => {
          settle();
          resolve(segment);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      const abort = (): void => {
        waiter.reject(signal.reason);
        if (load.waiters.size > 0) return;
        this.#loads.delete(key);
        load.controller.abort(signal.reason);
      };
      load.waiters.add(waiter);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** Says that a segment that was taken or loaded is no longer used. */
  release({ key }: CachedSegment): void {
    const entry = this.#entries.get(key);
    if (entry && --entry.users === 0) this.#onRoom();
  }

  #begin(key: string, source: SegmentSource): Load {
    const load: Load = { waiters: new Set(), controller: new AbortController() };
    this.#loads.set(key, load);
    void this.#run(key, source, load);
    return load;
  }

  async #run(key: string, source: SegmentSource, load: Load): Promise<void> {
    try {
      const loaded = await this.#read(key, source, load.controller.signal);
      const segment = loaded && this.#add(loaded, load.waiters.size);
      for (const waiter of load.waiters) waiter.resolve(segment);
    } catch (error) {
      for (const waiter of load.waiters) waiter.reject(error);
    } finally {
      if (this.#loads.get(key) === load) this.#loads.delete(key);
    }
  }

  async #read(key: string, source: SegmentSource, aborted: AbortSignal): Promise<CachedSegment | null> {
    const leave = await this.#loading.enter(aborted);
    const signal = AbortSignal.any([aborted, AbortSignal.timeout(LOAD_MS)]);
    try {
      return await loadSegment(key, source, {
        arena: this.arena,
        take: (bytes) => this.#takeRoom(bytes, signal),
        embedding: this.#embedding,
        turns: this.#turns,
        signal,
      });
    } finally {
      leave();
      this.#onRoom();
    }
  }

  #add(segment: CachedSegment, users: number): CachedSegment {
    const before = this.#entries.get(segment.key);
    if (before) {
      // Of a load that ended although nobody waited for it any more.
      this.arena.give(segment.start, segment.bytes);
      before.users += users;
      return before.segment;
    }
    this.#entries.set(segment.key, { segment, users, isRecent: false });
    while (this.#entries.size > this.#maxEntries && this.#evict());
    return segment;
  }

  async #takeRoom(bytes: number, signal: AbortSignal): Promise<number> {
    const leave = await this.#taking.enter(signal);
    try {
      for (;;) {
        const start = this.#takeOrEvict(bytes);
        if (start !== null) return start;
        await this.#room(signal);
      }
    } finally {
      leave();
    }
  }

  #takeOrEvict(bytes: number): number | null {
    for (;;) {
      const start = this.arena.take(bytes);
      if (start !== null || !this.#evict()) return start;
    }
  }

  /** Drops the first that was not used since it was last spared. @returns Whether there was anything. */
  #evict(): boolean {
    // Those that are spared are met once more, at the end.
    for (const [key, entry] of this.#entries) {
      if (entry.users > 0) continue;
      this.#entries.delete(key);
      if (!entry.isRecent) {
        this.arena.give(entry.segment.start, entry.segment.bytes);
        return true;
      }
      entry.isRecent = false;
      this.#entries.set(key, entry);
    }
    return false;
  }

  /** Waits until something may be dropped, or a load has ended. */
  #room(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        signal.removeEventListener('abort', abort);
        this.#onRoom = () => {};
      };
      const abort = (): void => {
        end();
        reject(signal.reason);
      };
      this.#onRoom = () => {
        end();
        resolve();
      };
      signal.addEventListener('abort', abort, { once: true });
    });
  }
}
