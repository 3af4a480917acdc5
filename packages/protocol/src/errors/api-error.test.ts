import { describe, expect, it } from 'vitest';
import { ApiError, OpenAIError } from './api-error.ts';

describe('ApiError', () => {
  const body = { message: 'No.', type: 'invalid_request_error', param: null, code: null };

  it('carries status, body, headers and cause', () => {
    const cause = new Error('why');
    const error = new ApiError(429, body, { headers: { 'retry-after': '1' }, cause });
    expect(error).toMatchObject({ message: 'No.', status: 429, body, headers: { 'retry-after': '1' }, cause });
    expect(OpenAIError.parse({ error: error.body })).toEqual({ error: body });
  });

  it('is recognised from another copy of this package', () => {
    const fromOtherCopy = { [Symbol.for('@cogitator-ai/openai-protocol.ApiError')]: true };
    expect(ApiError.isInstance(new ApiError(400, body))).toBe(true);
    expect(ApiError.isInstance(fromOtherCopy)).toBe(true);
    expect(ApiError.isInstance(new Error('No.'))).toBe(false);
    expect(ApiError.isInstance(null)).toBe(false);
    expect(ApiError.isInstance('No.')).toBe(false);
  });
});
