import type { FileCitationAnnotation, StepToolCall } from '@cogitator-ai/openai-protocol';
import type { LogEvent } from '@cogitator-ai/openai-storage';

/** A citation as a delta tells of it. */
export interface CitationDelta {
  /** Its place among the annotations of its part. */
  readonly index: number;
  readonly annotation: FileCitationAnnotation;
}

/** Ends one stream of a run's events: the run has ended or waits for its client. */
export const DONE: LogEvent = { event: 'done', data: '[DONE]' };

/**
 * Makes the deltas of one content part of a message: all but the text itself, and a citation that it is, is serialised once.
 *
 * @param options.begun - Whether its first delta was told before.
 */
export function createMessageDeltas(
  messageId: string,
  index: number,
  type: 'text' | 'refusal',
  { begun = false } = {},
): (text: string, citation?: CitationDelta) => LogEvent {
  const head = `{"id":${JSON.stringify(messageId)},"object":"thread.message.delta","delta":{"content":[{"index":${index},"type":"${type}","${type}":`;
  const [open, close] = type === 'text' ? ['{"value":', '}}]}}'] : ['', '}]}}'];
  // Only the first delta of a text carries the (empty) list of annotations.
  let first = type === 'text' && !begun;
  return (text, citation) => {
    const annotations = citation ? `,"annotations":[${citationJson(citation)}]` : first ? ',"annotations":[]' : '';
    first = false;
    return { event: 'thread.message.delta', data: `${head}${open}${JSON.stringify(text)}${annotations}${close}` };
  };
}

function citationJson({ index, annotation }: CitationDelta): string {
  // Old clients read the quote, which is always empty.
  return JSON.stringify({ index, ...annotation, file_citation: { ...annotation.file_citation, quote: '' } });
}

/** The only delta of a search: what it finds comes with the completed step. */
export function fileSearchDelta(
  stepId: string,
  index: number,
  call: Extract<StepToolCall, { type: 'file_search' }>,
): LogEvent {
  return stepDelta(stepId, { index, ...call });
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
