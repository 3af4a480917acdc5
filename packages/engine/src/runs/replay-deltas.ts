import type {
  FileCitationAnnotation,
  MessageContent,
  MessageDelta,
  RunStepDelta,
  StepToolCall,
  TextAnnotationDelta,
} from '@cogitator-ai/openai-protocol';
import type { EventLog, EventStreamKey, LogEvent } from '@cogitator-ai/openai-storage';
import type { OpenStep } from './open-step.ts';

/** Events read from the log at a time. */
const PAGE = 1024;

/**
 * Adds to an open step what was told of it in deltas: what its stored records do not hold before it ends. For whoever
 * ends a run that another was advancing, whose deltas its readers have already.
 */
export async function replayDeltas(log: EventLog, stream: EventStreamKey, open: OpenStep): Promise<OpenStep> {
  const { message, step } = open;
  if (message) {
    const content: MessageContent[] = [];
    for await (const { delta } of dataOf<MessageDelta>(log, stream, 'thread.message.delta', message.id)) {
      for (const part of delta.content ?? []) addContent(content, part);
    }
    return { ...open, message: { ...message, content } };
  }
  // Calls are stored together once all have arrived; until then there are none.
  const { step_details: details } = step;
  if (details.type !== 'tool_calls' || details.tool_calls.length > 0) return open;
  const calls: StepToolCall[] = [];
  for await (const { delta } of dataOf<RunStepDelta>(log, stream, 'thread.run.step.delta', step.id)) {
    if (delta.step_details?.type !== 'tool_calls') continue;
    for (const call of delta.step_details.tool_calls ?? []) addCall(calls, call);
  }
  return { ...open, step: { ...step, step_details: { type: 'tool_calls', tool_calls: calls } } };
}

/** What the events of one name tell of one object, oldest first. */
export async function* dataOf<Data extends { id: string }>(
  log: EventLog,
  stream: EventStreamKey,
  event: LogEvent['event'],
  id: string,
): AsyncGenerator<Data> {
  for (let after = 0; ;) {
    const events = await log.read(stream, { after, limit: PAGE });
    for (const logged of events) {
      if (logged.event !== event) continue;
      const data = JSON.parse(logged.data) as Data;
      if (data.id === id) yield data;
    }
    if (events.length < PAGE) return;
    after = events.at(-1)?.seq ?? after;
  }
}

function addContent(content: MessageContent[], part: NonNullable<MessageDelta['delta']['content']>[number]): void {
  const known = content[part.index];
  if (part.type === 'text') {
    const { value = '', annotations = [] } = part.text ?? {};
    const text = known?.type === 'text' ? known.text : { value: '', annotations: [] };
    text.value += value;
    text.annotations.push(...annotations.flatMap(toAnnotation));
    content[part.index] = { type: 'text', text };
  } else if (part.type === 'refusal') {
    if (known?.type === 'refusal') known.refusal += part.refusal ?? '';
    else content[part.index] = { type: 'refusal', refusal: part.refusal ?? '' };
  }
}

/** An annotation is told of once, as a whole. */
function toAnnotation(delta: TextAnnotationDelta): FileCitationAnnotation[] {
  const { type, text, start_index: start, end_index: end } = delta;
  if (type !== 'file_citation' || text === undefined || start === undefined || end === undefined) return [];
  const fileId = delta.file_citation?.file_id ?? '';
  return [{ type, text, start_index: start, end_index: end, file_citation: { file_id: fileId } }];
}

type ToolCallsDelta = Extract<NonNullable<RunStepDelta['delta']['step_details']>, { type: 'tool_calls' }>;

function addCall(calls: StepToolCall[], call: NonNullable<ToolCallsDelta['tool_calls']>[number]): void {
  const known = calls[call.index];
  if (call.type === 'file_search') {
    const { id = '', type, file_search: search } = call;
    const ranking = search.ranking_options ?? { ranker: 'default_2024_08_21', score_threshold: 0 };
    calls[call.index] = { id, type, file_search: { ranking_options: ranking, results: [] } };
  } else if (call.type === 'function' && known?.type === 'function') {
    known.function.arguments += call.function?.arguments ?? '';
  } else if (call.type === 'function') {
    calls[call.index] = {
      id: call.id ?? '',
      type: 'function',
      function: { name: call.function?.name ?? '', arguments: call.function?.arguments ?? '', output: null },
    };
  }
}
