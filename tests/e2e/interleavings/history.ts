import type { Message, Run, RunStatus, RunStep, StreamEvent, Thread } from '@cogitator-ai/openai-protocol';
import type { Schedule } from './schedule.ts';

/** From when a request was sent to when its answer was there, in ms: what it did happened in between. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Whether all of one was over before the other began. */
export function isBefore(earlier: Interval, later: Interval): boolean {
  return earlier.to < later.from;
}

/** A status that a run had at some moment. */
export interface Sighting extends Interval {
  readonly runId: string;
  readonly status: RunStatus;
}

/** The events of one answer. */
export interface Transcript {
  readonly of: 'create run' | 'submit';
  readonly runId: string;
  readonly events: StreamEvent[];
  /** Whether the client stayed to the end, and there was one: a thread may be deleted before all is told. */
  readonly whole: boolean;
}

/** What clients did to a thread, and what they were told. */
export interface History {
  readonly schedule: Schedule;
  readonly threadId: string;
  /** One line for each request. */
  readonly log: string[];
  /** What no request may be answered with. */
  readonly faults: string[];
  readonly createdRuns: (Interval & { runId: string })[];
  readonly sightings: Sighting[];
  /** Refusals that name the run they are for. */
  readonly locks: (Interval & { runId: string; what: string })[];
  /** Messages of clients that were accepted, each of another text. */
  readonly messages: (Interval & { text: string })[];
  readonly deletedMessages: Set<string>;
  /** Accepted changes of metadata. */
  readonly changes: (Interval & { id: string; value: string })[];
  /** Accepted outputs by call. */
  readonly outputs: Map<string, string[]>;
  readonly transcripts: Transcript[];
}

/** What there is when everything has ended. */
export interface Outcome {
  readonly thread: Thread;
  /** Oldest first, as all of these. */
  readonly messages: readonly Message[];
  readonly runs: readonly Run[];
  readonly steps: ReadonlyMap<string, readonly RunStep[]>;
}
