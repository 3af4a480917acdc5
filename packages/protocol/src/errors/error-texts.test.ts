import { describe, expect, it } from 'vitest';
import type { ApiError } from './api-error.ts';
import * as texts from './error-texts.ts';

const INVALID = 'invalid_request_error';

describe('error texts', () => {
  it.each<[ApiError, status: number, message: string, code?: string | null, param?: string | null, type?: string]>([
    [texts.notFound('assistant', 'asst_x'), 404, "No assistant found with id 'asst_x'."],
    [texts.notFound('thread', 'thread_x'), 404, "No thread found with id 'thread_x'."],
    [texts.notFound('message', 'msg_x'), 404, "No message found with id 'msg_x'."],
    [texts.notFound('run', 'run_x'), 404, "No run found with id 'run_x'."],
    [texts.notFound('run_step', 'step_123'), 404, "No run step found with id 'step_123'."],
    [texts.notFound('vector_store', 'vs_x'), 404, "No vector store found with id 'vs_x'."],
    [texts.notFound('vector_store_file_batch', 'vsfb_x'), 404, "No batch found with id 'vsfb_x'."],
    [texts.notFound('upload', 'upload_x'), 404, "No upload found with id 'upload_x'."],
    [texts.notFound('file', 'file-x'), 404, 'No such File object: file-x', null, 'id'],
    [texts.noSuchFile('file-x', 400), 400, 'No such File object: file-x', null, 'id'],
    [
      texts.tooManyComparisons('filters', 1000, 1002),
      400,
      "Invalid 'filters': too many comparisons. Expected at most 1000 values to compare with, but got 1002 instead.",
      'invalid_value',
      'filters',
    ],
    [texts.vectorStoreExpired('vs_x'), 400, "Vector store 'vs_x' has expired."],
    [texts.vectorStoreFileNotFound('file-x', 'vs_x'), 404, "No file found with id 'file-x' in vector store 'vs_x'."],
    [texts.modelNotFound('x'), 404, "The model 'x' does not exist", 'model_not_found', 'model'],
    [texts.unknownUrl('POST', '/v1/foo'), 404, 'Invalid URL (POST /v1/foo)'],
    [texts.methodNotAllowed(['POST']), 405, 'Only POST requests are accepted.', 'method_not_supported'],
    [
      texts.methodNotAllowed(['DELETE', 'GET', 'POST']),
      405,
      'Only DELETE, GET, and POST requests are accepted.',
      'method_not_supported',
    ],

    [
      texts.invalidId('thread_id', 'undefined'),
      400,
      "Invalid 'thread_id': 'undefined'. Expected an ID that begins with 'thread'.",
      'invalid_value',
      'thread_id',
    ],
    [
      texts.invalidId('assistant_id', 'x'),
      400,
      "Invalid 'assistant_id': 'x'. Expected an ID that begins with 'asst'.",
      'invalid_value',
      'assistant_id',
    ],
    [
      texts.invalidId('step_id', 'x'),
      400,
      "Invalid 'step_id': 'x'. Expected an ID that begins with 'step'.",
      'invalid_value',
      'step_id',
    ],
    [
      texts.invalidId('file_id', 'x'),
      400,
      "Invalid 'file_id': 'x'. Expected an ID that begins with 'file'.",
      'invalid_value',
      'file_id',
    ],

    [
      texts.threadLockedForMessages('thread_X', 'run_Y'),
      400,
      "Can't add messages to thread_X while a run run_Y is active.",
    ],
    [texts.threadHasActiveRun('thread_X', 'run_Y'), 400, 'Thread thread_X already has an active run run_Y.'],
    [
      texts.emptyThread(),
      400,
      'Run creation requires a Thread with a user message or an assistant with instructions.',
      'invalid_thread',
    ],
    [texts.runNotAcceptingOutputs('in_progress'), 400, 'Runs in status "in_progress" do not accept tool outputs.'],
    [texts.toolOutputMismatch(['a', 'b'], ['a']), 400, "Expected tool outputs for call_ids ['a', 'b'], got ['a']"],
    [texts.toolOutputMismatch(['a'], []), 400, "Expected tool outputs for call_ids ['a'], got []"],
    [texts.cannotCancelRun('completed'), 400, "Cannot cancel run with status 'completed'."],
    [
      texts.unsupportedModel('X'),
      400,
      "The requested model 'X' cannot be used with the Assistants API.",
      'unsupported_model',
      'model',
    ],
    [texts.unknownModel('X'), 400, "The requested model 'X' does not exist.", 'model_not_found', 'model'],
    [texts.downloadRefused('assistants'), 400, 'Not allowed to download files of purpose: assistants'],
    [texts.uploadNotPending('add parts to', 'completed'), 400, "Cannot add parts to upload with status 'completed'."],
    [texts.uploadNotPending('cancel', 'expired'), 400, "Cannot cancel upload with status 'expired'."],
    [
      texts.uploadBeingCompleted('complete'),
      409,
      'Cannot complete upload while it is being completed. Please try again later.',
    ],
    [
      texts.noSuchPart('part_ids[0]', 'part_x', 'upload_x'),
      400,
      "No part found with id 'part_x' in upload 'upload_x'.",
      null,
      'part_ids[0]',
    ],
    [
      texts.duplicatePart('part_ids[1]', 'part_x'),
      400,
      "Invalid 'part_ids[1]': duplicate part 'part_x'. Expected each part once.",
      'invalid_value',
      'part_ids[1]',
    ],
    [
      texts.uploadSizeMismatch(6, 5),
      400,
      'The parts have 5 bytes in all, but the upload was created for a file of 6 bytes.',
      null,
      'part_ids',
    ],
    [
      texts.uploadChecksumMismatch('ab', 'cd'),
      400,
      "The MD5 checksum of the parts is 'cd', but 'ab' was expected.",
      null,
      'md5',
    ],
    [texts.tooManyParts(3), 400, 'An upload has at most 3 parts.'],
    [texts.uploadTooLarge(9), 413, 'Upload too large. Expected at most 9 bytes in all parts.', null, 'data'],
    [texts.rangeNotSatisfiable(5), 416, 'The requested range is not satisfiable: the file has 5 bytes.'],
    [
      texts.missingBetaHeader(),
      400,
      "You must provide the 'OpenAI-Beta' header to access the Assistants API. Please try again by setting the header 'OpenAI-Beta: assistants=v2'.",
      'invalid_beta',
    ],
    [
      texts.malformedJson(),
      400,
      "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)",
    ],
    [
      texts.unsupportedContentType('text/plain', 'application/json'),
      415,
      "Unsupported content type: 'text/plain'. This API method only accepts 'application/json' requests, but you specified the header 'Content-Type: text/plain'. Please try again with a supported content type.",
      'unsupported_content_type',
    ],
  ])('%s', (error, status, message, code = null, param = null, type = INVALID) => {
    expect(error.status).toBe(status);
    expect(error.body).toEqual({ message, type, param, code });
  });

  it.each([
    [texts.missingApiKey(), 401, "You didn't provide an API key. ", INVALID, null],
    [
      texts.incorrectApiKey('sk-abcdefghijxyz'),
      401,
      'Incorrect API key provided: sk-abc***xyz. ',
      INVALID,
      'invalid_api_key',
    ],
    [
      texts.filesNotSearchable(['.csv'], ['.md']),
      400,
      'Files with extensions [.csv] are not supported for retrieval. ',
      INVALID,
      'unsupported_file',
    ],
    [
      texts.rateLimitExceeded(60, 0.2),
      429,
      'Rate limit reached on requests per min (RPM): ',
      'requests',
      'rate_limit_exceeded',
    ],
    [
      texts.quotaExceeded(),
      429,
      'You exceeded your current quota, please check your plan and billing details.',
      'insufficient_quota',
      'insufficient_quota',
    ],
    [texts.bodyTooLarge(8_000_000), 413, 'Request body too large. Expected at most 8000000 bytes.', INVALID, null],
    [texts.fileTooLarge(512), 413, 'File too large. Expected at most 512 bytes.', INVALID, null],
    [
      texts.internalError('req_1'),
      500,
      'The server had an error processing your request. Sorry about that! ',
      'server_error',
      null,
    ],
    [
      texts.idempotencyKeyReused('k'),
      400,
      "Idempotency-Key 'k' was used before, with another method, path or body.",
      INVALID,
      'idempotency_key_reused',
    ],
    [
      texts.idempotencyKeyInUse('k'),
      409,
      "The first request with Idempotency-Key 'k' is still being executed.",
      INVALID,
      'idempotency_key_in_use',
    ],
    [
      texts.idempotencyOutcomeUnknown('k'),
      409,
      "The first request with Idempotency-Key 'k' was interrupted",
      INVALID,
      'idempotency_outcome_unknown',
    ],
    [
      texts.idempotentAnswerGone('k', 'Its run is gone.'),
      409,
      "The first request with Idempotency-Key 'k' was executed, but its answer is not there any more. Its run is gone.",
      INVALID,
      'idempotent_answer_gone',
    ],
    [texts.overloaded(), 503, 'The server is currently overloaded', 'server_error', null],
  ])('%s (our own words behind the leading ones)', (error, status, leadingWords, type, code) => {
    expect(error.status).toBe(status);
    expect(error.body).toMatchObject({ type, code });
    expect(error.message.slice(0, leadingWords.length)).toBe(leadingWords);
    expect(error.message).not.toContain('openai.com');
  });

  it('shows nothing of a short key', () => {
    expect(texts.incorrectApiKey('hunter2').message).toContain('provided: *******.');
  });

  it('tells clients when to try again', () => {
    expect(texts.rateLimitExceeded(60, 1.5).headers).toEqual({ 'retry-after': '2' });
    expect(texts.rateLimitExceeded(60, 0).headers).toEqual({ 'retry-after': '1' });
    expect(texts.quotaExceeded().headers).toEqual({ 'x-should-retry': 'false' });
    expect(texts.idempotencyKeyInUse('k').headers).toEqual({ 'retry-after': '1' });
    expect(texts.idempotencyOutcomeUnknown('k').headers).toEqual({ 'x-should-retry': 'false' });
    expect(texts.idempotentAnswerGone('k', '').headers).toEqual({ 'x-should-retry': 'false' });
    expect(texts.uploadBeingCompleted('cancel').headers).toEqual({ 'retry-after': '1' });
    expect(texts.rangeNotSatisfiable(5).headers).toEqual({ 'content-range': 'bytes */5' });
    expect(texts.methodNotAllowed(['GET', 'POST']).headers).toEqual({ allow: 'GET, POST' });
  });

  it('cuts what a client sent before it repeats it', () => {
    const long = 'x'.repeat(100_000);
    expect(texts.notFound('thread', long).message.length).toBeLessThan(300);
    expect(texts.unknownModel(long).message.length).toBeLessThan(300);
    expect(texts.invalidValue('role', long, ['user']).message.length).toBeLessThan(300);
  });
});
