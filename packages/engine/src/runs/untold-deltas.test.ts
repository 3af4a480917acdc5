import type { Message, MessageContent, MessageDelta, RunStep } from '@cogitator-ai/openai-protocol';
import { expect, it } from 'vitest';
import { untoldDeltas } from './untold-deltas.ts';

const step = { id: 'step_1' } as RunStep;
const open = (...content: MessageContent[]) => ({ step, message: { id: 'msg_1', content } as Message });

const MARKER = '【4:0†a】';
const citation = (start: number) => ({
  type: 'file_citation' as const,
  text: MARKER,
  start_index: start,
  end_index: start + MARKER.length,
  file_citation: { file_id: 'file-a' },
});
const cited = (value: string) => ({
  type: 'text' as const,
  text: { value, annotations: [...value.matchAll(/【4:0†a】/g)].map(({ index }) => citation(index)) },
});

function contentOf(events: ReturnType<typeof untoldDeltas>) {
  return events?.flatMap(({ data }) => (JSON.parse(data) as MessageDelta).delta.content ?? []);
}

it('tells the rest of a text, each citation together with its marker', () => {
  const text = `One${MARKER} two${MARKER}${MARKER}.`;
  const rest = untoldDeltas(open(cited(text)), open(cited(`One${MARKER} t`)));
  expect(contentOf(rest)).toEqual([
    { index: 0, type: 'text', text: { value: 'wo' } },
    ...[1, 2].map((index) => ({
      index: 0,
      type: 'text',
      text: {
        value: MARKER,
        annotations: [
          { index, ...citation(14 + (index - 1) * MARKER.length), file_citation: { file_id: 'file-a', quote: '' } },
        ],
      },
    })),
    { index: 0, type: 'text', text: { value: '.' } },
  ]);
});

it('begins parts that nothing was told of', () => {
  const rest = untoldDeltas(open(cited('One'), { type: 'refusal', refusal: 'No.' }), open());
  expect(contentOf(rest)).toEqual([
    { index: 0, type: 'text', text: { value: 'One', annotations: [] } },
    { index: 1, type: 'refusal', refusal: 'No.' },
  ]);
  expect(untoldDeltas(open(cited('One')), open(cited('One')))).toEqual([]);
});

it('cannot go on where something else was told', () => {
  expect(untoldDeltas(open(cited('One')), open(cited('Two')))).toBeNull();
  expect(untoldDeltas(open(cited('One')), null)).toBeNull();
});
