import type { LogEvent } from '@cogitator-ai/openai-storage';

/** Ends one stream of a run's events: the run has ended or waits for its client. */
export const DONE: LogEvent = { event: 'done', data: '[DONE]' };

/**
 * Makes the deltas of one content part of a message: all but the text itself is serialised once.
 *
 * @param options.begun - Whether its first delta was told before.
 */
export function createMessageDeltas(
  messageId: string,
  index: number,
  type: 'text' | 'refusal',
  { begun = false } = {},
): (text: string) => LogEvent {
  const head = `{"id":${JSON.stringify(messageId)},"object":"thread.message.delta","delta":{"content":[{"index":${index},"type":"${type}","${type}":`;
  const [open, close] = type === 'text' ? ['{"value":', '}}]}}'] : ['', '}]}}'];
  // Only the first delta of a text carries the (empty) list of annotations.
  let first = type === 'text' && !begun;
  return (text) => {
    const annotations = first ? ',"annotations":[]' : '';
    first = false;
    return { event: 'thread.message.delta', data: `${head}${open}${JSON.stringify(text)}${annotations}${close}` };
  };
}

/** The first delta of a function call. */
export function functionCallDelta(stepId: string, index: number, id: string, name: string): LogEvent {
  return stepDelta(stepId, { index, id, type: 'function', function: { name, arguments: '', output: null } });
}

/** A further piece of a function call's arguments. */
export function functionArgumentsDelta(stepId: string, index: number, fragment: string): LogEvent {
  return stepDelta(stepId, { index, type: 'function', function: { arguments: fragment } });
}

function stepDelta(stepId: string, toolCall: object): LogEvent {
  const data = {
    id: stepId,
    object: 'thread.run.step.delta',
    delta: { step_details: { type: 'tool_calls', tool_calls: [toolCall] } },
  };
  return { event: 'thread.run.step.delta', data: JSON.stringify(data) };
}
