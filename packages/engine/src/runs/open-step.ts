import type { Message, RunStep, Usage } from '@cogitator-ai/openai-protocol';
import type { LogEvent, Write } from '@cogitator-ai/openai-storage';
import { writeMessage } from '../messages/build-message.ts';
import type { Searches } from '../file-search/search-answer.ts';
import { withContent } from '../file-search/with-content.ts';
import { writeStep } from '../run-steps/build-step.ts';
import { endMessage, endStep, type RunEnding } from './run-ending.ts';

/** The step a run is working on, one at most at a time, as it is now. */
export interface OpenStep {
  readonly step: RunStep;
  /** The message that the step is writing. */
  readonly message: Message | null;
  /** Its searches; left out when there are none. */
  readonly searches?: Searches | undefined;
  /** Whether the run's readers have asked for what the searches found. Default false. */
  readonly showsContent?: boolean;
}

/** Writes and the events that tell of them. */
export interface Changes {
  readonly writes: Write[];
  readonly events: LogEvent[];
}

/** Ends a step, and first its message. */
export function endOpenStep(open: OpenStep, ending: RunEnding, usage: Usage, now: number): Changes {
  const changes: Changes = { writes: [], events: [] };
  if (open.message) {
    const message = endMessage(open.message, ending, now);
    const write = writeMessage('put', message);
    changes.writes.push(write);
    changes.events.push({ event: `thread.message.${message.status}`, data: write.body });
  }
  const step = { ...endStep(open.step, ending, now), usage };
  const write = writeStep('put', step, open.searches && { usage, searches: open.searches });
  changes.writes.push(write);
  const data = open.showsContent ? JSON.stringify(withContent(step, open.searches)) : write.body;
  changes.events.push({ event: `thread.run.step.${step.status}`, data });
  return changes;
}
