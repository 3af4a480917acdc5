import type { SegmentCounts, SegmentLayout } from '../segments/segment-layout.ts';

/** The beginning of a segment that is in the arena: up to its vectors, its texts, or its end. */
export interface CachedSegment {
  readonly key: string;
  /** Where it begins in the arena. */
  readonly start: number;
  /** How much of it is there, in bytes. */
  readonly bytes: number;
  readonly counts: SegmentCounts;
  readonly layout: SegmentLayout;
  /** Whether it has vectors that can be compared with those of queries. */
  readonly hasVectors: boolean;
}
