import type { ModelEvent } from '@cogitator-ai/openai-engine';
import { describe, expect, it } from 'vitest';
import { type ChatToolCallDelta, ToolCallOrder } from './tool-call-order.ts';

/** The events of the pieces, with the calls as `0:f` and their arguments as `0+text`. */
function pass(...deltas: ChatToolCallDelta[]): string[] {
  const said: string[] = [];
  const order = new ToolCallOrder('tests', (event: ModelEvent) => {
    if (event.type === 'tool-call') said.push(`${event.index}:${event.name}:${event.id}`);
    if (event.type === 'tool-call-arguments') said.push(`${event.index}+${event.text}`);
  });
  for (const delta of deltas) order.add(delta);
  said.push('end');
  order.finish();
  return said;
}

const TWO = ['0:f:a', '0+{"x":1}', '1:g:b', '1+{"y":2}', 'end'];

describe('ToolCallOrder', () => {
  it('passes pieces on as they come, as OpenAI sends them', () => {
    expect(
      pass(
        { index: 0, id: 'a', function: { name: 'f', arguments: '' } },
        { index: 0, function: { arguments: '{"x"' } },
        { index: 0, function: { arguments: ':1}' } },
        { index: 1, id: 'b', function: { name: 'g', arguments: '' } },
        { index: 1, function: { arguments: '{}' } },
      ),
    ).toEqual(['0:f:a', '0+{"x"', '0+:1}', '1:g:b', '1+{}', 'end']);
  });

  it.each<[string, ChatToolCallDelta[]]>([
    [
      'whole calls without an index',
      [
        { id: 'a', function: { name: 'f', arguments: '{"x":1}' } },
        { id: 'b', function: { name: 'g', arguments: '{"y":2}' } },
      ],
    ],
    [
      'every index 0',
      [
        { index: 0, id: 'a', function: { name: 'f', arguments: '{"x":1}' } },
        { index: 0, id: 'b', function: { name: 'g', arguments: '{"y":2}' } },
      ],
    ],
    [
      'indexes from 1, with a gap',
      [
        { index: 1, id: 'a', function: { name: 'f', arguments: '{"x":1}' } },
        { index: 3, id: 'b', function: { name: 'g', arguments: '{"y":2}' } },
      ],
    ],
    [
      'id and name repeated, and null for what is missing',
      [
        { index: 0, id: 'a', function: { name: 'f', arguments: null } },
        { index: 0, id: 'a', function: { name: 'f', arguments: '{"x":1}' } },
        { index: 1, id: 'b', function: { name: 'g', arguments: '' } },
        { index: 1, id: '', function: { name: null, arguments: '{"y":2}' } },
      ],
    ],
    [
      'the name after the id',
      [
        { index: 0, id: 'a' },
        { index: 0, function: { name: 'f' } },
        { index: 0, function: { arguments: '{"x":1}' } },
        { index: 1, id: 'b', function: null },
        { index: 1, function: { name: 'g', arguments: '{"y":2}' } },
      ],
    ],
    [
      'arguments as an object',
      [
        { index: 0, id: 'a', function: { name: 'f', arguments: { x: 1 } } },
        { index: 1, id: 'b', function: { name: 'g', arguments: { y: 2 } } },
      ],
    ],
  ])('understands %s', (_, deltas) => {
    expect(pass(...deltas)).toEqual(TWO);
  });

  it('goes on with the latest call where a piece says nothing else', () => {
    expect(
      pass(
        { id: 'a', function: { name: 'f', arguments: '' } },
        { function: { arguments: '{"x"' } },
        { function: { arguments: ':1}' } },
      ),
    ).toEqual(['0:f:a', '0+{"x"', '0+:1}', 'end']);
  });

  it('holds back a call that begins before the one before it is complete', () => {
    expect(
      pass(
        { index: 0, id: 'a', function: { name: 'f', arguments: '{"x"' } },
        { index: 1, id: 'b', function: { name: 'g', arguments: '{"y"' } },
        { index: 0, function: { arguments: ':1}' } },
        { index: 1, function: { arguments: ':2}' } },
        { index: 2, id: 'c', function: { name: 'h', arguments: '{}' } },
      ),
    ).toEqual(['0:f:a', '0+{"x"', '0+:1}', '1:g:b', '1+{"y"', '1+:2}', '2:h:c', '2+{}', 'end']);
  });

  it('writes an empty object for calls without arguments', () => {
    expect(
      pass({ index: 0, id: 'a', function: { name: 'f' } }, { index: 1, id: 'b', function: { name: 'g' } }),
    ).toEqual(['0:f:a', 'end', '0+{}', '1:g:b', '1+{}']);
  });

  it.each<[string, ChatToolCallDelta[]]>([
    ['a piece of no call', [{ function: { arguments: '{}' } }]],
    ['a call without a name', [{ index: 0, id: 'a', function: { arguments: '{}' } }]],
    [
      'more of a call that was complete',
      [
        { index: 0, id: 'a', function: { name: 'f', arguments: '{}' } },
        { index: 1, id: 'b', function: { name: 'g', arguments: '{}' } },
        { index: 0, function: { arguments: '{"x":1}' } },
      ],
    ],
    [
      'more arguments than anybody needs',
      Array.from({ length: 5 }, () => ({ index: 0, function: { name: 'f', arguments: 'x'.repeat(2 ** 20) } })),
    ],
  ])('refuses %s', (_, deltas) => {
    expect(() => pass(...deltas)).toThrow(expect.objectContaining({ code: 'invalid_response' }));
  });

  it('lets white space follow a call that was complete', () => {
    expect(
      pass(
        { index: 0, id: 'a', function: { name: 'f', arguments: '{"x":1}' } },
        { index: 1, id: 'b', function: { name: 'g', arguments: '{"y":2}' } },
        { index: 0, function: { arguments: '\n' } },
      ),
    ).toEqual(TWO);
  });
});
