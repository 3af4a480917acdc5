import { GO_ON_REQUEST, type ModelEvent, type ModelMessage, type ModelRequest } from '@cogitator-ai/openai-engine';
import { describe, expect, it } from 'vitest';
import { createDemoProvider } from './demo-provider.ts';

const demo = createDemoProvider();
const tools = [{ name: 'get_weather' }, { name: 'get_time' }];

function play(messages: ModelMessage[], request: Partial<ModelRequest> = {}): Promise<ModelEvent[]> {
  const signal = new AbortController().signal;
  return Array.fromAsync(demo.stream('demo', { model: 'demo', messages, ...request }, { signal }));
}

/** What is said, and what is called, without their pace. */
function summary(events: ModelEvent[]): string[] {
  const said: string[] = [];
  for (const event of events) {
    if (event.type === 'tool-call') said.push(`${event.name} `);
    else if ('text' in event) said.push((said.pop() ?? '') + event.text);
  }
  return said;
}

const user = (content: string): ModelMessage => ({ role: 'user', content });

describe('the demo model', () => {
  it('says what it is, word by word, and counts words', async () => {
    const events = await play([user('Hello there')]);
    expect(summary(events)).toEqual([
      'This is the built-in demo model: it has no intelligence and only shows that everything works. You said: Hello there',
    ]);
    expect(events).toHaveLength(21);
    expect(events.at(-1)).toEqual({
      type: 'finish',
      reason: 'stop',
      usage: { promptTokens: 2, completionTokens: 20, cachedTokens: 0, reasoningTokens: 0 },
    });
  });

  it('says the same whenever it is asked the same', async () => {
    const messages = [user('call get_time'), { role: 'assistant', content: 'x' }, user('What now?')] as ModelMessage[];
    expect(await play(messages, { tools })).toEqual(await play(messages, { tools }));
  });

  it('goes on with an answer that was cut off', async () => {
    const messages = [
      user('Hello'),
      { role: 'assistant', content: 'This is the bui' },
      user(GO_ON_REQUEST),
    ] as ModelMessage[];
    expect(summary(await play(messages))).toEqual([
      'lt-in demo model: it has no intelligence and only shows that everything works. You said: Hello',
    ]);
  });

  it('answers in JSON where it is asked to', async () => {
    const json = async (responseFormat: NonNullable<ModelRequest['responseFormat']>): Promise<unknown> =>
      JSON.parse(summary(await play([user('Hi')], { responseFormat }))[0]!);
    expect(await json({ type: 'json_object' })).toEqual({ answer: expect.stringContaining('You said: Hi') });
    const schema = {
      type: 'object',
      properties: {
        steps: { type: 'array', items: { $ref: '#/$defs/step' } },
        mood: { enum: ['good', 'bad'] },
        rest: { anyOf: [{ type: 'integer', minimum: 3 }, { type: 'null' }] },
      },
      $defs: {
        step: { type: 'object', properties: { text: { type: ['string', 'null'] }, done: { type: 'boolean' } } },
      },
    };
    expect(await json({ type: 'json_schema', json_schema: { name: 'plan', schema, strict: true } })).toEqual({
      steps: [{ text: expect.stringContaining('You said: Hi'), done: true }],
      mood: 'good',
      rest: 3,
    });
    const endless = { $defs: { loop: { type: 'array', items: { $ref: '#/$defs/loop' } } }, $ref: '#/$defs/loop' };
    expect(await json({ type: 'json_schema', json_schema: { name: 'endless', schema: endless } })).toBeInstanceOf(
      Array,
    );
  });

  it('uses the conversation: it counts, and remembers a name', async () => {
    const told = [user('My name is Zoë.'), { role: 'assistant', content: 'Hi' }] as ModelMessage[];
    expect(summary(await play([...told, user('And?')]))[0]).toContain('I can see 2 of your messages');
    expect(summary(await play([...told, user("What's my name?")]))[0]).toContain('Your name is Zoë.');
    expect(summary(await play([user('What is my name?')]))[0]).toContain('have not told');
  });

  it('sees images', async () => {
    const content = [
      { type: 'text', text: 'Look' },
      { type: 'image', url: 'data:image/png;base64,AA', detail: 'auto' },
    ] as const;
    expect(summary(await play([{ role: 'user', content: [...content] }]))[0]).toMatch(/You said: Look \[an image\]$/);
  });

  it('calls the functions it is told to call, and reports the results', async () => {
    const asked = user('call get_weather {"city":{"name":"Oslo"}} and call get_time');
    const events = await play([asked], { tools });
    expect(summary(events)).toEqual(['get_weather {"city":{"name":"Oslo"}}', 'get_time {}']);
    expect(events.at(-1)).toMatchObject({ reason: 'tool-calls' });
    const results: ModelMessage[] = [
      asked,
      { role: 'assistant', content: null, toolCalls: [{ id: 'a', name: 'get_weather', arguments: '{}' }] },
      { role: 'tool', toolCallId: 'a', content: 'sunny' },
      { role: 'tool', toolCallId: 'b', content: 'noon' },
    ];
    expect(summary(await play(results, { tools }))).toEqual(['The demo model got these results: sunny; noon']);
  });

  it('searches files for what it is asked, and quotes what answers it', async () => {
    const offered = { tools: [...tools, { name: 'file_search' }] };
    const asked = user('How is the kettle cleaned?');
    const ADVICE = 'Cite what the kettle is cleaned by, unchanged, right behind the statement that rests on it.';
    const search = 'file_search {"queries":["How is the kettle cleaned?"]}';
    expect(summary(await play([asked], offered))).toEqual([search]);
    expect(summary(await play([asked], { tools }))[0]).toContain('You said');
    expect(summary(await play([user('Thanks.')], offered))[0]).toContain('You said');
    expect(summary(await play([user('What is my name?')], offered))[0]).toContain('not told');
    const ownSearch = { tools: [{ name: 'file_search' }, { name: 'file_search_' }] };
    expect(summary(await play([asked], ownSearch))).toEqual([search.replace(' ', '_ ')]);
    expect(summary(await play([user('call get_time?')], offered))).toEqual(['get_time {}']);
    expect(summary(await play([user('Now.')], { ...offered, toolChoice: { name: 'file_search' } }))).toEqual([
      'file_search {"queries":["Now."]}',
    ]);
    const answered = (content: string): Promise<string[]> =>
      play([asked, { role: 'tool', toolCallId: 'a', content }], offered).then(summary);
    expect(
      await answered(
        `【4:0†a.txt】\nBuy a kettle.\n\n【4:1†b.txt】\nIt boils. The kettle is cleaned with vinegar. Done.\n\n${ADVICE}`,
      ),
    ).toEqual(['The demo model found: The kettle is cleaned with vinegar.【4:1†b.txt】']);
    expect(await answered(`【4:0†a.txt】\nNobody knows.\n\n${ADVICE}`)).toEqual([
      'The demo model found: Nobody knows.【4:0†a.txt】',
    ]);
    expect(await answered('Nothing was found.')).toEqual(['The demo model got this result: Nothing was found.']);
  });

  it('calls one at a time where it must', async () => {
    const request = { tools, parallelToolCalls: false };
    expect(summary(await play([user('call get_weather and call get_time')], request))).toEqual(['get_weather {}']);
  });

  it.each<[ModelRequest['toolChoice'], string]>([
    ['required', 'get_weather {}'],
    [{ name: 'get_time' }, 'get_time {}'],
  ])('calls what the request insists on: %j', async (toolChoice, called) => {
    expect(summary(await play([user('Hello')], { tools, toolChoice: toolChoice! }))).toEqual([called]);
  });

  it('does not call what it was not given, nor when it may not', async () => {
    expect(summary(await play([user('call get_weather')]))[0]).toContain('You said');
    expect(summary(await play([user('call get_weather')], { tools, toolChoice: 'none' }))[0]).toContain('You said');
    expect(summary(await play([user('call get_wether')], { tools }))).toEqual([
      "The demo model was given no function 'get_wether', only: get_weather, get_time.",
    ]);
  });

  it('stops where its tokens are used up', async () => {
    const events = await play([user('Hello')], { maxTokens: 3 });
    expect(summary(events)).toEqual(['This is the ']);
    expect(events.at(-1)).toMatchObject({ reason: 'length', usage: { completionTokens: 3 } });
  });

  it('fails when asked to', async () => {
    await expect(play([user('please fail')])).rejects.toMatchObject({ name: 'ModelError', code: 'unavailable' });
  });

  it('stops when it is stopped', async () => {
    const stop = new AbortController();
    const events = demo.stream('demo', { model: 'demo', messages: [user('slowly')] }, { signal: stop.signal });
    setTimeout(() => stop.abort(), 10);
    await expect(Array.fromAsync(events)).rejects.toMatchObject({ name: 'ModelError', code: 'aborted' });
  });
});
