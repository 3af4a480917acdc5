import { expect, it } from 'vitest';
import { StreamEvent, toStreamError } from './stream-event.ts';

it('gives an error event both of the forms clients read', () => {
  const body = { message: 'Broken.', type: 'server_error', param: null, code: null };
  const event = { event: 'error', data: toStreamError(body) };
  expect(JSON.stringify(event.data)).toBe(
    '{"error":{"message":"Broken.","type":"server_error","param":null,"code":null},"message":"Broken.","type":"server_error","param":null,"code":null}',
  );
  expect(StreamEvent.parse(event)).toEqual(event);
});

it('takes the deltas of recorded streams', () => {
  const message = (content: object) => ({
    event: 'thread.message.delta',
    data: { id: 'msg_1', object: 'thread.message.delta', delta: { content: [content] } },
  });
  const step = (call: object) => ({
    event: 'thread.run.step.delta',
    data: {
      id: 'step_1',
      object: 'thread.run.step.delta',
      delta: { step_details: { type: 'tool_calls', tool_calls: [call] } },
    },
  });
  for (const event of [
    message({ index: 0, type: 'text', text: { value: 'It', annotations: [] } }),
    message({ index: 0, type: 'text', text: { value: ' is 42.' } }),
    message({
      index: 0,
      type: 'text',
      text: {
        value: '【4:0†f.txt】',
        annotations: [
          {
            index: 0,
            type: 'file_citation',
            text: '【4:0†f.txt】',
            start_index: 29,
            end_index: 40,
            file_citation: { file_id: 'file-1', quote: '' },
          },
        ],
      },
    }),
    message({ index: 0, type: 'image_file', image_file: { file_id: 'file-1' } }),
    step({ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '', output: null } }),
    step({ index: 0, type: 'function', function: { arguments: '{"x"' } }),
    step({ index: 0, id: 'call_1', type: 'code_interpreter', code_interpreter: { input: '', outputs: [] } }),
    step({
      index: 0,
      type: 'code_interpreter',
      code_interpreter: { outputs: [{ index: 0, type: 'logs', logs: '4' }] },
    }),
    step({
      index: 0,
      id: 'call_1',
      type: 'file_search',
      file_search: { ranking_options: { ranker: 'default_2024_08_21', score_threshold: 0 }, results: [] },
    }),
    { event: 'done', data: '[DONE]' },
  ]) {
    expect(StreamEvent.parse(event)).toEqual(event);
  }
});
