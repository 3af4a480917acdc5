import type { ModelError } from '@cogitator-ai/openai-engine';
import type { Reply } from '@cogitator-ai/tests-upstream';
import { describe, expect, it } from 'vitest';
import { createOpenAICompatibleProvider } from '../src/openai-compatible/openai-compatible-model.ts';
import { deltaFrame, DONE, frame, never, QUESTION, usePair } from './ask.ts';

const pair = usePair({ apiKey: 'sk-secret', timeouts: { headersMs: 1000, idleMs: 1000 } });
const { ask, failure } = pair;
const summary = ({ code, message }: ModelError): [string, string] => [code, message];

describe('before the first byte', () => {
  it.each([400, 401, 402, 403, 404, 422])('HTTP %i is told at once', async (status) => {
    await failure({ error: { status, body: { error: { message: 'no' } } } });
    expect(pair.upstream.requests).toHaveLength(1);
  });

  it('tries again after 5xx, 429 and broken connections, and then answers', async () => {
    const now = { 'retry-after': '0' };
    const events = await ask([
      { error: { status: 503, headers: now } },
      { error: { status: 429, headers: { 'retry-after-ms': '1' } } },
      { text: ['ok'] },
    ]);
    expect(events[0]).toEqual({ type: 'text', text: 'ok' });
    expect(pair.upstream.requests).toHaveLength(3);
    expect((await ask([{ text: ['no'], breakAfter: 0 }, { text: ['ok'] }]))[0]).toEqual({ type: 'text', text: 'ok' });
  });

  it('gives up after three tries', async () => {
    const error = { error: { status: 500, headers: { 'retry-after': '0' } } };
    expect((await failure([error, error, error, { text: ['late'] }])).code).toBe('unavailable');
    expect(pair.upstream.requests).toHaveLength(3);
  });

  it('waits longer and longer where the provider names no time', async () => {
    const startedAt = performance.now();
    await failure([{ error: { status: 500 } }, { error: { status: 500 } }, { error: { status: 500 } }]);
    expect(performance.now() - startedAt).toBeGreaterThan((500 + 1000) * 0.75);
  });

  it.each(['3600', new Date(Date.now() + 3_600_000).toUTCString()])(
    'does not wait as long as a provider may ask for: %s',
    async (retryAfter) => {
      const caught = await failure({ error: { status: 429, headers: { 'retry-after': retryAfter } } });
      expect(caught.code).toBe('rate_limited');
      expect(pair.upstream.requests).toHaveLength(1);
    },
  );

  it('gives up on a provider that does not answer, and does not ask it twice', async () => {
    expect(summary(await failure({ hang: true }))).toEqual([
      'unavailable',
      'tests did not answer in time (UND_ERR_HEADERS_TIMEOUT).',
    ]);
    expect(pair.upstream.requests).toHaveLength(1);
  });

  it('reads only the beginning of an error', async () => {
    const caught = await failure({ error: { status: 400, body: 'x'.repeat(10 * 2 ** 20) } });
    expect(caught.message.length).toBeLessThan(600);
  });

  it('says who cannot be reached', async () => {
    const nobody = createOpenAICompatibleProvider({ name: 'nobody', baseUrl: 'http://127.0.0.1:9/v1' });
    const turn = Array.fromAsync(nobody.stream('m', QUESTION, { signal: never() }));
    await expect(turn).rejects.toMatchObject({
      code: 'unavailable',
      message: 'nobody could not be reached (ECONNREFUSED).',
    });
    await nobody.close();
  });
});

describe('after the first byte', () => {
  it.each<[string, Reply]>([
    ['the connection breaks', { text: ['a', 'b', 'c'], breakAfter: 3 }],
    [
      'a malformed event, in one piece with it',
      { raw: [deltaFrame({ content: 'a' }) + deltaFrame({ content: 'b' }) + 'data: {oops\n\n'] },
    ],
  ])('passes on what came before %s, and never tries again', async (_, reply) => {
    pair.upstream.script(reply, { text: ['again'] });
    const said: string[] = [];
    const turn = (async () => {
      for await (const event of pair.provider.stream('m', QUESTION, { signal: never() })) {
        if (event.type === 'text') said.push(event.text);
      }
    })();
    await expect(turn).rejects.toMatchObject({ name: 'ModelError' });
    expect(said).toEqual(['a', 'b']);
    expect(pair.upstream.requests).toHaveLength(1);
  });

  it('does not take a cut answer for a whole one', async () => {
    const caught = await failure({ raw: [deltaFrame({ content: 'half' })] });
    expect(summary(caught)).toEqual(['unavailable', 'tests broke off its answer.']);
  });

  it.each([
    ['an error', frame({ error: { message: 'overloaded' } }), 'unavailable', ': overloaded'],
    ['a limit', frame({ error: { code: 429, message: 'slow down, sk-secret' } }), 'rate_limited', ': slow down, …'],
    ['an end that is none', deltaFrame({}, 'error'), 'unavailable', '.'],
  ])('tells of %s inside of the stream', async (_, piece, code, said) => {
    const caught = await failure({ raw: [deltaFrame({ content: 'x' }), piece, DONE] });
    expect(summary(caught)).toEqual([code, `tests broke off its answer${said}`]);
  });

  it('tells of an error that comes as a whole answer', async () => {
    expect((await failure({ json: { error: { message: 'no route' } } })).message).toMatch(/no route$/);
  });

  it.each([
    ['no JSON', ['data: {oops\n\n', DONE]],
    ['no object', ['data: 7\n\n', DONE]],
    ['a call without a name', [deltaFrame({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] }), DONE]],
    ['a web page', ['<!doctype html><html>Log in</html>']],
    ['nothing', []],
  ])('refuses %s', async (_, raw) => {
    expect((await failure({ raw })).code).toBe('invalid_response');
  });

  it('refuses an endless event, and leaves', async () => {
    const raw = Array.from({ length: 20 }, (_, index) => (index === 0 ? 'data: ' : '') + 'x'.repeat(2 ** 20));
    expect((await failure({ raw })).code).toBe('invalid_response');
    await pair.upstream.requests[0]?.closed;
    expect(pair.upstream.requests[0]?.aborted).toBe(true);
  });

  it('gives up on an answer that falls silent', async () => {
    const caught = await failure({ text: ['a', 'b'], pause: { after: 2, until: new Promise(() => {}) } });
    expect(summary(caught)).toEqual([
      'unavailable',
      'tests fell silent in the middle of its answer (UND_ERR_BODY_TIMEOUT).',
    ]);
  });
});
