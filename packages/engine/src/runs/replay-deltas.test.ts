import type { Message, RunStep } from '@cogitator-ai/openai-protocol';
import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import type { LogEvent } from '@cogitator-ai/openai-storage';
import { expect, it } from 'vitest';
import { replayDeltas } from './replay-deltas.ts';
import { createMessageDeltas, fileSearchDelta, functionArgumentsDelta, functionCallDelta } from './run-events.ts';

const SEARCH = {
  id: 'call_C',
  type: 'file_search' as const,
  file_search: { ranking_options: { ranker: 'default_2024_08_21' as const, score_threshold: 0.5 }, results: [] },
};
const stream = { partition: 'thread_1', id: 'run_1' };

async function logOf(events: LogEvent[]) {
  const storage = createMemoryStorage();
  await storage.commit({
    writes: [
      { write: 'insert', key: { kind: 'thread', path: [], id: 'thread_1' }, body: '{}' },
      { write: 'insert', key: { kind: 'run', path: ['thread_1'], id: 'run_1' }, body: '{}' },
    ],
  });
  await storage.events.append({ stream, fence: 1, events });
  return storage.events;
}

const step = { id: 'step_1', step_details: { type: 'message_creation' } } as RunStep;
const message = { id: 'msg_1', content: [] as Message['content'] } as Message;

it('adds the text and the refusal told of the message, over more than one page of the log', async () => {
  const earlier = createMessageDeltas('msg_0', 0, 'text');
  const text = createMessageDeltas('msg_1', 0, 'text');
  const refusal = createMessageDeltas('msg_1', 1, 'refusal');
  const log = await logOf([
    earlier('Of another message.'),
    ...Array.from({ length: 2000 }, (_, index) => text(`${index} `)),
    refusal('No'),
    refusal('.'),
  ]);
  const open = await replayDeltas(log, stream, { step, message });
  const value = Array.from({ length: 2000 }, (_, index) => `${index} `).join('');
  expect(open.message?.content).toEqual([
    { type: 'text', text: { value, annotations: [] } },
    { type: 'refusal', refusal: 'No.' },
  ]);
});

it('adds each citation told of the message', async () => {
  const citation = (place: number, fileId: string) => ({
    type: 'file_citation' as const,
    text: '【4:0†a】',
    start_index: place,
    end_index: place + 7,
    file_citation: { file_id: fileId },
  });
  const annotations = [citation(3, 'file-a'), citation(10, 'file-b')];
  const text = createMessageDeltas('msg_1', 0, 'text');
  const cited = annotations.map((annotation, index) => text('【4:0†a】', { index, annotation }));
  const open = await replayDeltas(await logOf([text('One'), ...cited, text('.')]), stream, { step, message });
  const value = 'One【4:0†a】【4:0†a】.';
  expect(open.message?.content).toEqual([{ type: 'text', text: { value, annotations } }]);
});

it('leaves a message empty of which nothing was told', async () => {
  const open = await replayDeltas(await logOf([]), stream, { step, message });
  expect(open.message?.content).toEqual([]);
});

it('adds the calls told of the step, unless they are stored', async () => {
  const log = await logOf([
    functionCallDelta('step_1', 0, 'call_A', 'f'),
    functionArgumentsDelta('step_1', 0, '{"a"'),
    functionCallDelta('step_1', 1, 'call_B', 'g'),
    functionArgumentsDelta('step_1', 1, '{'),
    functionArgumentsDelta('step_1', 0, ':1}'),
    fileSearchDelta('step_1', 2, SEARCH),
  ]);
  const calls = [
    { id: 'call_A', type: 'function' as const, function: { name: 'f', arguments: '{"a":1}', output: null } },
    { id: 'call_B', type: 'function' as const, function: { name: 'g', arguments: '{', output: null } },
    SEARCH,
  ];
  const empty = { ...step, step_details: { type: 'tool_calls' as const, tool_calls: [] } };
  const replayed = await replayDeltas(log, stream, { step: empty, message: null });
  expect(replayed.step.step_details).toEqual({ type: 'tool_calls', tool_calls: calls });
  const stored = {
    step: { ...empty, step_details: { type: 'tool_calls' as const, tool_calls: [calls[0]!] } },
    message: null,
  };
  expect(await replayDeltas(log, stream, stored)).toEqual(stored);
});
