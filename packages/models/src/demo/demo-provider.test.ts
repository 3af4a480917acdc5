import type { ModelEvent, ModelMessage, ModelRequest } from '@cogitator-ai/openai-engine';
import { describe, expect, it } from 'vitest';
import { createDemoProvider } from './demo-provider.ts';

const demo = createDemoProvider();
const tools = [{ name: 'get_weather' }, { name: 'get_time' }];

function play(messages: ModelMessage[], request: Partial<ModelRequest> = {}): Promise<ModelEvent[]> {
  const signal = new AbortController().signal;
  return Array.fromAsync(demo.stream('demo', { model: 'demo', messages, ...request }, { signal }));
}

function textOf(events: ModelEvent[]): string {
  return events.map((event) => (event.type === 'text' ? event.text : '')).join('');
}

const user = (content: string): ModelMessage => ({ role: 'user', content });

describe('the demo model', () => {
  it('says what it is, word by word, and counts words', async () => {
    const events = await play([user('Hello there')]);
    expect(textOf(events)).toBe(
      'This is the built-in demo model: it has no intelligence and only shows that everything works. You said: Hello there',
    );
    expect(events.length).toBeGreaterThan(10);
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop', usage: { promptTokens: 2 } });
  });

  it('remembers a name told earlier in the thread', async () => {
    const events = await play([
      user('My name is Alex.'),
      { role: 'assistant', content: 'Hi' },
      user('What is my name?'),
    ]);
    expect(textOf(events)).toContain('Your name is Alex.');
    expect(textOf(await play([user('What is my name?')]))).toContain('have not told');
  });

  it('calls the functions it is told to call, in parallel, and reports the results', async () => {
    const events = await play([user('call get_weather {"city":"Oslo"} and call get_time')], { tools });
    expect(events.filter(({ type }) => type === 'tool-call')).toEqual([
      { type: 'tool-call', index: 0, id: null, name: 'get_weather' },
      { type: 'tool-call', index: 1, id: null, name: 'get_time' },
    ]);
    expect(events.at(-1)).toMatchObject({ reason: 'tool-calls' });
    const results: ModelMessage[] = [
      user('call get_weather'),
      { role: 'assistant', content: null, toolCalls: [{ id: 'a', name: 'get_weather', arguments: '{}' }] },
      { role: 'tool', toolCallId: 'a', content: 'sunny' },
    ];
    expect(textOf(await play(results, { tools }))).toContain('sunny');
  });

  it('does not call what it was not given, nor when it may not', async () => {
    expect(textOf(await play([user('call get_weather')]))).toContain('You said');
    expect(textOf(await play([user('call get_weather')], { tools, toolChoice: 'none' }))).toContain('You said');
  });

  it('fails when asked to', async () => {
    await expect(play([user('please fail')])).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('stops when it is stopped', async () => {
    const stop = new AbortController();
    const events = demo.stream('demo', { model: 'demo', messages: [user('slowly')] }, { signal: stop.signal });
    setTimeout(() => stop.abort(), 10);
    await expect(Array.fromAsync(events)).rejects.toThrow('aborted');
  });
});
