import { describe, expect, it } from 'vitest';
import { errorInStream, errorOfAnswer } from './http-error.ts';

const told = (status: number, body: unknown, apiKey?: string): [string, string] => {
  const { code, message } = errorOfAnswer(
    'tests',
    status,
    typeof body === 'string' ? body : JSON.stringify(body),
    apiKey,
  );
  return [code, message];
};

describe('errorOfAnswer', () => {
  it.each<[number, unknown, string, string]>([
    [400, { error: { message: 'bad image' } }, 'invalid_request', 'tests answered with HTTP 400: bad image'],
    [400, [{ error: { code: 400, message: 'bad key' } }], 'invalid_request', 'tests answered with HTTP 400: bad key'],
    [404, { error: 'no such model' }, 'invalid_request', 'tests answered with HTTP 404: no such model'],
    [404, '404 page not found', 'invalid_request', 'tests answered with HTTP 404: 404 page not found'],
    [413, { message: 'too\n  long' }, 'invalid_request', 'tests answered with HTTP 413: too long'],
    [422, { detail: 'no tools' }, 'invalid_request', 'tests answered with HTTP 422: no tools'],
    [
      422,
      { object: 'error', message: { detail: [{ loc: ['body', 'top_p'], msg: 'Extra inputs are not permitted' }] } },
      'invalid_request',
      'tests answered with HTTP 422: body.top_p: Extra inputs are not permitted',
    ],
    [402, { error: { message: 'top up' } }, 'quota_exceeded', 'tests answered with HTTP 402: top up'],
    [403, { error: { message: 'not here' } }, 'unauthorized', 'tests answered with HTTP 403: not here'],
    [429, { error: { message: 'slow down' } }, 'rate_limited', 'tests answered with HTTP 429: slow down'],
    [
      429,
      { error: { message: 'no credit', code: 'insufficient_quota' } },
      'quota_exceeded',
      'tests answered with HTTP 429: no credit',
    ],
    [500, '', 'unavailable', 'tests answered with HTTP 500.'],
    [502, '<html><body>secret page</body></html>', 'unavailable', 'tests answered with HTTP 502.'],
    [503, 'null', 'unavailable', 'tests answered with HTTP 503.'],
    [
      529,
      { error: { error: { error: { error: { error: { error: 'deep' } } } } } },
      'unavailable',
      'tests answered with HTTP 529.',
    ],
    [301, '', 'invalid_response', 'tests answered with HTTP 301.'],
  ])('HTTP %i with %j is %s', (status, body, code, message) => {
    expect(told(status, body)).toEqual([code, message]);
  });

  it('repeats no key', () => {
    const body = { error: { message: 'Incorrect API key provided: sk-se***et' } };
    expect(told(401, body, 'sk-secret')).toEqual(['unauthorized', "tests refused the server's API key (HTTP 401)."]);
    expect(told(401, body)).toEqual(['unauthorized', 'tests asks for an API key, and none is configured (HTTP 401).']);
    expect(told(400, { error: 'what is sk-secret?' }, 'sk-secret')[1]).toBe('tests answered with HTTP 400: what is …?');
  });

  it('repeats no long texts', () => {
    expect(told(400, { error: 'x'.repeat(10_000) })[1].length).toBeLessThan(600);
  });
});

describe('errorInStream', () => {
  it.each<[unknown, string, string]>([
    [{ message: 'overloaded' }, 'unavailable', ': overloaded'],
    ['overloaded', 'unavailable', ': overloaded'],
    [{ code: 429, message: 'slow down' }, 'rate_limited', ': slow down'],
    [{ type: 'rate_limit_error', message: 'slow down' }, 'rate_limited', ': slow down'],
    [{ code: 'insufficient_quota', message: 'no credit' }, 'quota_exceeded', ': no credit'],
    [{ type: 'invalid_request_error', message: 'too long' }, 'invalid_request', ': too long'],
    [{ code: 502, message: 'bad gateway' }, 'unavailable', ': bad gateway'],
    [{}, 'unavailable', '.'],
    [true, 'unavailable', '.'],
  ])('%j is %s', (error, code, said) => {
    expect(errorInStream('tests', error)).toMatchObject({ code, message: `tests broke off its answer${said}` });
  });
});
