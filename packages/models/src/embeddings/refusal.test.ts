import { describe, expect, it } from 'vitest';
import { toRefusal } from './refusal.ts';

const refusal = (status: number, body: string | object, apiKey?: string) =>
  toRefusal('It', status, typeof body === 'string' ? body : JSON.stringify(body), apiKey);

describe('toRefusal', () => {
  it.each([
    [400, { error: { message: "Invalid 'input': array too long. Expected an array with maximum length 2048." } }],
    [400, { error: { message: "This model's maximum context length is 8192 tokens, however you requested 9000." } }],
    [400, { error: { message: 'Requested 300100 tokens, max 300000 tokens per request' } }],
    [400, { detail: 'The max allowed tokens per submitted batch is 120000.' }],
    [400, { error: { message: 'Value error, batch size is invalid, it should not be larger than 10.' } }],
    [400, { error: { message: 'the input length exceeds the context length' } }],
    [413, { error: 'batch size 64 > maximum allowed batch size 32' }],
    [413, '<html>Request Entity Too Large</html>'],
    [422, { detail: [{ loc: ['body', 'input'], msg: 'List should have at most 32 items after validation' }] }],
    [429, { error: { message: 'Request too large for m on tokens per min (TPM): Limit 1000, Requested 1200.' } }],
    [500, { error: { message: 'input (600 tokens) is too large to process. increase the physical batch size' } }],
  ])('understands that it was too much: %i %j', (status, body) => {
    expect(refusal(status, body)).toMatchObject({ isTooMuch: true, mayPass: false });
  });

  it.each([
    [400, { error: { message: 'base64 encoding is not currently supported' } }],
    [400, { error: { message: "Invalid value for 'dimensions': at most 1536." } }],
    [404, { error: { message: 'The model does not exist.' } }],
    [429, { error: { message: 'Too many requests' } }],
    [503, { error: { message: 'Too many requests are waiting' } }],
  ])('does not take another error for that: %i %j', (status, body) => {
    expect(refusal(status, body).isTooMuch).toBe(false);
  });

  it.each([408, 429, 500, 502, 503, 529])('expects %i to pass', (status) => {
    expect(refusal(status, '')).toMatchObject({ mayPass: true, error: { retryable: true } });
  });

  it.each([400, 401, 403, 404, 422])('does not expect %i to pass', (status) => {
    expect(refusal(status, '')).toMatchObject({ mayPass: false, error: { retryable: false } });
  });

  it('knows that a quota is not back in a moment, but may be later', () => {
    const exhausted = refusal(429, { error: { code: 'insufficient_quota', message: 'You exceeded your quota.' } });
    expect(exhausted).toMatchObject({ mayPass: false, isTooMuch: false, error: { retryable: true } });
  });

  it.each([
    [{ error: { message: 'no' } }, ': no'],
    [[{ error: { message: 'no' } }], ': no'],
    [{ error: 'no' }, ': no'],
    [{ detail: [{ loc: ['body', 'model'], msg: 'missing' }] }, ': body.model: missing'],
    ['no\n  way', ': no way'],
    ['<html>no</html>', '.'],
    ['', '.'],
  ])('quotes the words of %j', (body, said) => {
    expect(refusal(400, body).error.message).toBe(`It answered with HTTP 400${said}`);
  });

  it('never shows the key, and little of a long text', () => {
    expect(refusal(401, { error: 'Bad key sk-se…' }, 'sk-secret').error.message).toBe(
      "It refused the server's API key (HTTP 401).",
    );
    expect(refusal(401, '').error.message).toBe('It asks for an API key, and none is configured (HTTP 401).');
    expect(refusal(403, 'not with sk-secret', 'sk-secret').error.message).toMatch(/not with …$/);
    expect(refusal(400, 'x'.repeat(10_000)).error.message.length).toBeLessThan(400);
  });
});
