import type { Message, RunStep, Usage } from '@cogitator-ai/openai-protocol';
import type { LogEvent, Write } from '@cogitator-ai/openai-storage';
import { writeMessage } from '../messages/build-message.ts';
import { writeStep } from '../run-steps/build-step.ts';
import { endMessage, endStep, type RunEnding } from './run-ending.ts';

/** The step a run is working on, one at most at a time, as it is now. */
export interface OpenStep {
  readonly step: RunStep;
  /** The message that the step is writing. */
  readonly message: Message | null;
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
  const write = writeStep('put', step);
  changes.writes.push(write);
  changes.events.push({ event: `thread.run.step.${step.status}`, data: write.body });
  return changes;
}
