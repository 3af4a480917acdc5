import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Reply, startUpstream, type Upstream } from './upstream.ts';

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.reset());
afterAll(() => upstream.close());

function post(content: string, signal?: AbortSignal): Promise<Response> {
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content }], stream: true });
  return fetch(`${upstream.url}/chat/completions`, { method: 'POST', body, signal: signal ?? null });
}

async function chunksOf(reply: Reply): Promise<unknown[]> {
  upstream.script(reply);
  const frames = (await (await post('Hi')).text()).trimEnd().split('\n\n');
  expect(frames.pop()).toBe('data: [DONE]');
  return frames.map((frame) => JSON.parse(frame.slice('data: '.length)));
}

it('streams text, calls, the reason for the end and usage', async () => {
  const chunks = await chunksOf({ text: ['a', 'b'], toolCalls: [{ name: 'f', arguments: ['{', '}'] }] });
  expect(chunks).toMatchObject([
    { choices: [{ delta: { role: 'assistant' } }] },
    { choices: [{ delta: { content: 'a' } }] },
    { choices: [{ delta: { content: 'b' } }] },
    { choices: [{ delta: { tool_calls: [{ index: 0, id: 'call_0', function: { name: 'f' } }] } }] },
    { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '{' } }] } }] },
    { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '}' } }] } }] },
    { choices: [{ finish_reason: 'tool_calls' }] },
    { choices: [], usage: { total_tokens: 15 } },
  ]);
});

it('records what it was sent, and lists its models', async () => {
  await (await post('Hi')).text();
  expect(upstream.requests).toMatchObject([{ body: { messages: [{ content: 'Hi' }] }, aborted: false }]);
  const list = await (await fetch(`${upstream.url}/models`)).json();
  expect(list).toMatchObject({ data: [{ id: 'test-model' }] });
});

it('answers from the conversation when it has no script', async () => {
  expect(await (await post('My name is Ada. What is my name?')).text()).toContain('"Ada"');
});

it('answers with errors, whole objects and exact bytes', async () => {
  upstream.script({
    error: { status: 429, body: { error: { message: 'slow down' } }, headers: { 'retry-after': '1' } },
  });
  const refused = await post('Hi');
  expect([refused.status, refused.headers.get('retry-after'), await refused.text()]).toEqual([
    429,
    '1',
    '{"error":{"message":"slow down"}}',
  ]);
  upstream.script({ json: { choices: [] } }, { raw: ['data: ', Buffer.from([0xc3]), Buffer.from([0xa4])] });
  expect(await (await post('Hi')).json()).toEqual({ choices: [] });
  expect(await (await post('Hi')).text()).toBe('data: ä');
});

it('knows when a client leaves, whether it waits for an answer or reads one', async () => {
  const stop = new AbortController();
  upstream.script({ hang: true }, { text: ['a'], pause: { after: 1, until: new Promise(() => {}) } });
  const waiting = post('Hi', stop.signal);
  await expect.poll(() => upstream.requests.length).toBe(1);
  const reading = await post('Hi', stop.signal);
  stop.abort();
  await expect(waiting).rejects.toThrow('aborted');
  await expect(reading.text()).rejects.toThrow('aborted');
  await Promise.all(upstream.requests.map(({ closed }) => closed));
  expect(upstream.requests.map(({ aborted }) => aborted)).toEqual([true, true]);
});

it('breaks off where it is told to', async () => {
  upstream.script({ text: ['a', 'b'], breakAfter: 2 });
  await expect((await post('Hi')).text()).rejects.toThrow('terminated');
});
