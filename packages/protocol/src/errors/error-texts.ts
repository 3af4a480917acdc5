import { type IdKind, idPrefixWord } from '../ids.ts';
import { ApiError, type ApiErrorOptions, type ErrorBody } from './api-error.ts';
import { clip, quotedList, type TypeWord } from './wording.ts';

/*
 * Every text a client can be answered with, one factory each. Clients match on these texts, so they are the service's own,
 * word for word; where that text sends the reader to the service's web site or support, ours names the operator instead
 * and keeps the leading words. Values a client sent are cut before they are repeated.
 */

// Authentication

/** No `Authorization` header, or one of another scheme. */
export function missingApiKey(): ApiError {
  return failure(401, {
    message:
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth " +
      "(i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API " +
      'from your browser and are prompted for a username and password. You can obtain an API key from the operator of this server.',
  });
}

/** A key this server does not know. The key is shown masked. */
export function incorrectApiKey(key: string): ApiError {
  return failure(401, {
    message: `Incorrect API key provided: ${maskKey(key)}. API keys are set by the operator of this server.`,
    code: 'invalid_api_key',
  });
}

/** The `OpenAI-Beta` header is missing on a server that insists on it. */
export function missingBetaHeader(): ApiError {
  return invalidRequest({
    message:
      "You must provide the 'OpenAI-Beta' header to access the Assistants API. Please try again by setting the header " +
      "'OpenAI-Beta: assistants=v2'.",
    code: 'invalid_beta',
  });
}

// Not found

/** Kinds of objects whose absence has a text of the common form. */
export type NotFoundKind =
  | 'assistant'
  | 'thread'
  | 'message'
  | 'run'
  | 'run_step'
  | 'file'
  | 'vector_store'
  | 'vector_store_file_batch'
  | 'upload';

const NOT_FOUND_NOUN: Record<Exclude<NotFoundKind, 'file'>, string> = {
  assistant: 'assistant',
  thread: 'thread',
  message: 'message',
  run: 'run',
  run_step: 'run step',
  vector_store: 'vector store',
  vector_store_file_batch: 'batch',
  upload: 'upload',
};

/** 404 for an object that does not exist, or not under this parent. */
export function notFound(kind: NotFoundKind, id: string): ApiError {
  if (kind === 'file') return noSuchFile(id);
  return failure(404, { message: `No ${NOT_FOUND_NOUN[kind]} found with id '${clip(id)}'.` });
}

/** A file that does not exist: 404 on the files routes, 400 where a body names it. */
export function noSuchFile(fileId: string, status: 404 | 400 = 404): ApiError {
  return failure(status, { message: `No such File object: ${clip(fileId)}`, param: 'id' });
}

export function vectorStoreFileNotFound(fileId: string, vectorStoreId: string): ApiError {
  return failure(404, { message: `No file found with id '${clip(fileId)}' in vector store '${clip(vectorStoreId)}'.` });
}

/** A vector store that was not used for as long as its policy says. */
export function vectorStoreExpired(vectorStoreId: string): ApiError {
  return invalidRequest({ message: `Vector store '${clip(vectorStoreId)}' has expired.` });
}

/** 404 of `/models/{model}`. */
export function modelNotFound(model: string): ApiError {
  return failure(404, {
    message: `The model '${clip(model)}' does not exist`,
    param: 'model',
    code: 'model_not_found',
  });
}

/** 403 of `DELETE /models/{model}`. */
export function modelNotDeletable(model: string): ApiError {
  return failure(403, {
    message: `The model '${clip(model)}' cannot be deleted: only models that were fine-tuned here could be.`,
    param: 'model',
  });
}

export function unknownUrl(method: string, path: string): ApiError {
  return failure(404, { message: `Invalid URL (${clip(method)} ${clip(path)})` });
}

/** @param allowed - Methods the path knows, such as `['POST']`. */
export function methodNotAllowed(allowed: readonly string[]): ApiError {
  const methods = new Intl.ListFormat('en', { type: 'conjunction' }).format(allowed);
  return failure(
    405,
    { message: `Only ${methods} requests are accepted.`, code: 'method_not_supported' },
    { headers: { allow: allowed.join(', ') } },
  );
}

// Ids

const ID_KIND_OF_PARAM = {
  assistant_id: 'assistant',
  thread_id: 'thread',
  message_id: 'message',
  run_id: 'run',
  step_id: 'run_step',
  file_id: 'file',
  vector_store_id: 'vector_store',
  batch_id: 'vector_store_file_batch',
  upload_id: 'upload',
} as const satisfies Record<string, IdKind>;

/** Names of the path parameters that hold an id. */
export type IdParam = keyof typeof ID_KIND_OF_PARAM;

/** The kind of id a path parameter holds. */
export function idKindOfParam(param: IdParam): IdKind {
  return ID_KIND_OF_PARAM[param];
}

/** A path parameter that is no id of its kind, such as `undefined`. */
export function invalidId(param: IdParam, value: string): ApiError {
  return invalidRequest({
    message: `Invalid '${param}': '${clip(value)}'. Expected an ID that begins with '${idPrefixWord(idKindOfParam(param))}'.`,
    param,
    code: 'invalid_value',
  });
}

/** A cursor that is no id of the kind that is listed. */
export function invalidCursor(param: 'after' | 'before', value: string, kind: IdKind): ApiError {
  return invalidRequest({
    message: `Invalid '${param}': '${clip(value)}'. Expected an ID that begins with '${idPrefixWord(kind)}'.`,
    param,
    code: 'invalid_value',
  });
}

// Validation of bodies and queries

export function missingParameter(param: string): ApiError {
  return invalidRequest({
    message: `Missing required parameter: '${param}'.`,
    param,
    code: 'missing_required_parameter',
  });
}

export function unknownParameter(param: string): ApiError {
  return invalidRequest({ message: `Unknown parameter: '${param}'.`, param, code: 'unknown_parameter' });
}

/**
 * @param param - Empty for the body itself.
 * @param expected - Such as `a string` or `one of a string or array of objects`.
 */
export function invalidType(param: string, expected: string, got: TypeWord): ApiError {
  const where = param === '' ? 'Invalid type' : `Invalid type for '${param}'`;
  return invalidRequest({
    message: `${where}: expected ${expected}, but got ${got} instead.`,
    param: param === '' ? null : param,
    code: 'invalid_type',
  });
}

export function invalidValue(param: string, value: unknown, supported: readonly unknown[]): ApiError {
  return invalidRequest({
    message: `Invalid value: '${clip(String(value))}'. Supported values are: ${quotedList(supported)}.`,
    param,
    code: 'invalid_value',
  });
}

export function stringPatternMismatch(param: string, pattern: string): ApiError {
  return invalidRequest({
    message: `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '${pattern}'.`,
    param,
    code: 'invalid_value',
  });
}

export function stringTooLong(param: string, max: number, length: number): ApiError {
  return invalidRequest({
    message: `Invalid '${param}': string too long. Expected a string with maximum length ${max}, but got a string with length ${length} instead.`,
    param,
    code: 'string_above_max_length',
  });
}

export function stringTooShort(param: string, min: number, length: number): ApiError {
  if (length === 0 && min === 1) {
    return invalidRequest({
      message: `Invalid '${param}': empty string. Expected a string with minimum length 1, but got an empty string instead.`,
      param,
      code: 'empty_string',
    });
  }
  const got = length === 0 ? 'an empty string' : `a string with length ${length}`;
  return invalidRequest({
    message: `Invalid '${param}': string too short. Expected a string with minimum length ${min}, but got ${got} instead.`,
    param,
    code: 'string_below_min_length',
  });
}

export function arrayTooLong(param: string, max: number, length: number): ApiError {
  return invalidRequest({
    message: `Invalid '${param}': array too long. Expected an array with maximum length ${max}, but got an array with length ${length} instead.`,
    param,
    code: 'array_above_max_length',
  });
}

export function arrayTooShort(param: string, min: number, length: number): ApiError {
  if (length === 0) {
    return invalidRequest({
      message: `Invalid '${param}': empty array. Expected an array with minimum length ${min}, but got an empty array instead.`,
      param,
      code: 'empty_array',
    });
  }
  return invalidRequest({
    message: `Invalid '${param}': array too short. Expected an array with minimum length ${min}, but got an array with length ${length} instead.`,
    param,
    code: 'array_below_min_length',
  });
}

export function tooManyProperties(param: string, max: number, count: number): ApiError {
  return invalidRequest({
    message: `Invalid '${param}': too many properties. Expected an object with at most ${max} properties, but got an object with ${count} properties instead.`,
    param,
    code: 'object_above_max_properties',
  });
}

export function propertyNameTooLong(param: string, name: string, max: number, length: number): ApiError {
  return invalidRequest({
    message: `Invalid property name in '${param}': '${clip(name)}' is too long. Expected a string with maximum length ${max}, but got a string with length ${length} instead.`,
    param,
    code: 'property_name_above_max_length',
  });
}

export function tooDeeplyNested(param: string, maxDepth: number): ApiError {
  return invalidRequest({
    message: `Invalid '${param}': object too deeply nested. Expected an object with at most ${maxDepth} levels.`,
    param,
    code: 'invalid_value',
  });
}

export function numberTooLarge(kind: 'integer' | 'decimal', param: string, max: number, value: number): ApiError {
  return invalidRequest({
    message: `Invalid '${param}': ${kind} above maximum value. Expected a value <= ${max}, but got ${value} instead.`,
    param,
    code: `${kind}_above_max_value`,
  });
}

export function numberTooSmall(kind: 'integer' | 'decimal', param: string, min: number, value: number): ApiError {
  return invalidRequest({
    message: `Invalid '${param}': ${kind} below minimum value. Expected a value >= ${min}, but got ${value} instead.`,
    param,
    code: `${kind}_below_min_value`,
  });
}

/** @param problem - What is wrong with the JSON Schema, ending with a period. */
export function invalidFunctionParameters(param: string, functionName: string, problem: string): ApiError {
  return invalidRequest({
    message: `Invalid schema for function '${clip(functionName)}': ${problem}`,
    param,
    code: 'invalid_function_parameters',
  });
}

/** Two parameters of which a request may carry only one. */
export function mutuallyExclusive(param: string, other: string): ApiError {
  return invalidRequest({
    message: `Mutually exclusive parameters: '${param}' and '${other}'. Only one of them can be provided.`,
    param,
    code: 'mutually_exclusive_parameters',
  });
}

/** A part of the API this server does not offer. */
export function unsupportedFeature(param: string): ApiError {
  return invalidRequest({
    message: `'${param}' is not supported by this server.`,
    param,
    code: 'unsupported_parameter',
  });
}

export function invalidImageUrl(param: string): ApiError {
  return invalidRequest({
    message: `Invalid '${param}'. Expected a valid URL, but got a value with an invalid format.`,
    param,
    code: 'invalid_value',
  });
}

export function emptyMessage(param: string): ApiError {
  return invalidRequest({ message: 'Message content must be non-empty.', param });
}

export function overlapTooLarge(param: string, maxOverlap: number, overlap: number): ApiError {
  return invalidRequest({
    message: `Invalid '${param}': integer above maximum value. Expected a value <= ${maxOverlap} (half of 'max_chunk_size_tokens'), but got ${overlap} instead.`,
    param,
    code: 'integer_above_max_value',
  });
}

export function noWeight(param: string): ApiError {
  return invalidRequest({
    message: `Invalid '${param}': at least one of 'embedding_weight' and 'text_weight' must be greater than 0.`,
    param,
    code: 'invalid_value',
  });
}

/** Filters that together compare with more values than are looked at. */
export function tooManyComparisons(param: string, max: number, count: number): ApiError {
  return invalidRequest({
    message: `Invalid '${param}': too many comparisons. Expected at most ${max} values to compare with, but got ${count} instead.`,
    param,
    code: 'invalid_value',
  });
}

// State

export function threadLockedForMessages(threadId: string, runId: string): ApiError {
  return invalidRequest({ message: `Can't add messages to ${threadId} while a run ${runId} is active.` });
}

export function threadHasActiveRun(threadId: string, runId: string): ApiError {
  return invalidRequest({ message: `Thread ${threadId} already has an active run ${runId}.` });
}

/** A run on a thread without a user message, with no instructions either. */
export function emptyThread(): ApiError {
  return invalidRequest({
    message: 'Run creation requires a Thread with a user message or an assistant with instructions.',
    code: 'invalid_thread',
  });
}

export function runNotAcceptingOutputs(status: string): ApiError {
  return invalidRequest({ message: `Runs in status "${status}" do not accept tool outputs.` });
}

export function toolOutputMismatch(expectedIds: readonly string[], gotIds: readonly string[]): ApiError {
  const list = (ids: readonly string[]) => `[${ids.map((id) => `'${clip(id)}'`).join(', ')}]`;
  return invalidRequest({ message: `Expected tool outputs for call_ids ${list(expectedIds)}, got ${list(gotIds)}` });
}

export function cannotCancelRun(status: string): ApiError {
  return invalidRequest({ message: `Cannot cancel run with status '${status}'.` });
}

/** A `tool_choice` that names a function the run does not have. */
export function unknownFunctionChoice(functionName: string): ApiError {
  return invalidRequest({
    message: `Tool choice '${clip(functionName)}' not found in 'tools' parameter.`,
    param: 'tool_choice',
    code: 'invalid_value',
  });
}

// Models and files

/** A model that exists but cannot drive an assistant. */
export function unsupportedModel(model: string): ApiError {
  return invalidRequest({
    message: `The requested model '${clip(model)}' cannot be used with the Assistants API.`,
    param: 'model',
    code: 'unsupported_model',
  });
}

/** 400 of assistants and runs that name a model this server does not know. */
export function unknownModel(model: string): ApiError {
  return invalidRequest({
    message: `The requested model '${clip(model)}' does not exist.`,
    param: 'model',
    code: 'model_not_found',
  });
}

/** @param extensions - With their dot: `['.csv']`. */
export function filesNotSearchable(extensions: readonly string[], supported: readonly string[]): ApiError {
  return invalidRequest({
    message: `Files with extensions [${extensions.map((extension) => clip(extension)).join(', ')}] are not supported for retrieval. Supported extensions are: ${supported.join(', ')}`,
    param: 'file_ids',
    code: 'unsupported_file',
  });
}

export function downloadRefused(purpose: string): ApiError {
  return invalidRequest({ message: `Not allowed to download files of purpose: ${purpose}` });
}

export function invalidFilePurpose(purpose: string, supported: readonly string[]): ApiError {
  const list = supported.map((value) => `'${value}'`).join(', ');
  return invalidRequest({ message: `'${clip(purpose)}' is not one of [${list}] - 'purpose'`, param: 'purpose' });
}

/** A `Range` that begins behind the end of a file. */
export function rangeNotSatisfiable(bytes: number): ApiError {
  return failure(
    416,
    { message: `The requested range is not satisfiable: the file has ${bytes} bytes.` },
    { headers: { 'content-range': `bytes */${bytes}` } },
  );
}

// Uploads

/** What a request wants to do with an upload, as error texts say it. */
export type UploadAction = 'add parts to' | 'complete' | 'cancel';

/** An upload that has ended. */
export function uploadNotPending(action: UploadAction, status: string): ApiError {
  return invalidRequest({ message: `Cannot ${action} upload with status '${status}'.` });
}

/** Another request is completing the upload. Clients try again: it may be refused, and the upload is pending again. */
export function uploadBeingCompleted(action: UploadAction): ApiError {
  return failure(
    409,
    { message: `Cannot ${action} upload while it is being completed. Please try again later.` },
    { headers: { 'retry-after': '1' } },
  );
}

/** A part that the upload does not have. */
export function noSuchPart(param: string, partId: string, uploadId: string): ApiError {
  return invalidRequest({ message: `No part found with id '${clip(partId)}' in upload '${clip(uploadId)}'.`, param });
}

export function duplicatePart(param: string, partId: string): ApiError {
  return invalidRequest({
    message: `Invalid '${param}': duplicate part '${clip(partId)}'. Expected each part once.`,
    param,
    code: 'invalid_value',
  });
}

/** The parts do not make a file of the size that was announced. */
export function uploadSizeMismatch(expectedBytes: number, gotBytes: number): ApiError {
  return invalidRequest({
    message: `The parts have ${gotBytes} bytes in all, but the upload was created for a file of ${expectedBytes} bytes.`,
    param: 'part_ids',
  });
}

export function uploadChecksumMismatch(expected: string, got: string): ApiError {
  return invalidRequest({
    message: `The MD5 checksum of the parts is '${got}', but '${clip(expected)}' was expected.`,
    param: 'md5',
  });
}

export function tooManyParts(maxParts: number): ApiError {
  return invalidRequest({ message: `An upload has at most ${maxParts} parts.` });
}

/** More bytes in the parts of one upload than any file may have. */
export function uploadTooLarge(maxBytes: number): ApiError {
  return failure(413, { message: `Upload too large. Expected at most ${maxBytes} bytes in all parts.`, param: 'data' });
}

// Idempotency keys

/** A key that came with another request before. */
export function idempotencyKeyReused(key: string): ApiError {
  return invalidRequest({
    message: `Idempotency-Key '${clip(key)}' was used before, with another method, path or body. Use a new key for a new request.`,
    code: 'idempotency_key_reused',
  });
}

/** The first request with this key has not been answered yet. Clients try again. */
export function idempotencyKeyInUse(key: string): ApiError {
  return failure(
    409,
    {
      message: `The first request with Idempotency-Key '${clip(key)}' is still being executed. Please try again later.`,
      code: 'idempotency_key_in_use',
    },
    { headers: { 'retry-after': '1' } },
  );
}

/** The first request with this key was interrupted, or the store left open what became of it. Trying again does not help. */
export function idempotencyOutcomeUnknown(key: string): ApiError {
  return failure(
    409,
    {
      message:
        `The first request with Idempotency-Key '${clip(key)}' was interrupted, so it is not known whether it took effect. ` +
        'It is not executed again: look whether it did, then send what is missing with a new key.',
      code: 'idempotency_outcome_unknown',
    },
    { headers: { 'x-should-retry': 'false' } },
  );
}

/**
 * The first request with this key succeeded, but its answer cannot be given again. Trying again does not help.
 *
 * @param reason - A sentence that says why, and where its result can be found.
 */
export function idempotentAnswerGone(key: string, reason: string): ApiError {
  return failure(
    409,
    {
      message: `The first request with Idempotency-Key '${clip(key)}' was executed, but its answer is not there any more. ${reason}`,
      code: 'idempotent_answer_gone',
    },
    { headers: { 'x-should-retry': 'false' } },
  );
}

// Limits

/** Too many requests. Clients try again after `retryAfterSeconds`. */
export function rateLimitExceeded(limitPerMinute: number, retryAfterSeconds: number): ApiError {
  const seconds = Math.max(1, Math.ceil(retryAfterSeconds));
  return failure(
    429,
    {
      message: `Rate limit reached on requests per min (RPM): Limit ${limitPerMinute}, Used ${limitPerMinute}, Requested 1. Please try again in ${seconds}s.`,
      type: 'requests',
      code: 'rate_limit_exceeded',
    },
    { headers: { 'retry-after': String(seconds) } },
  );
}

/** An allowance is used up. Trying again does not help, and clients are told so. */
export function quotaExceeded(): ApiError {
  return failure(
    429,
    {
      message: 'You exceeded your current quota, please check your plan and billing details.',
      type: 'insufficient_quota',
      code: 'insufficient_quota',
    },
    { headers: { 'x-should-retry': 'false' } },
  );
}

export function bodyTooLarge(maxBytes: number): ApiError {
  return failure(413, { message: `Request body too large. Expected at most ${maxBytes} bytes.` });
}

/** @param param - The field of the form that the file came in. */
export function fileTooLarge(maxBytes: number, param = 'file'): ApiError {
  return failure(413, { message: `File too large. Expected at most ${maxBytes} bytes.`, param });
}

// Media type

export function malformedJson(): ApiError {
  return invalidRequest({
    message:
      "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library " +
      'correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring ' +
      'out how to fix this, please contact us through our help center at help.openai.com.)',
  });
}

/** A `multipart/form-data` body that cannot be read. */
export function malformedMultipart(): ApiError {
  return invalidRequest({ message: 'We could not parse the multipart body of your request.' });
}

export function unsupportedContentType(given: string, expected: string): ApiError {
  const type = clip(given);
  return failure(415, {
    message:
      `Unsupported content type: '${type}'. This API method only accepts '${expected}' requests, but you specified the ` +
      `header 'Content-Type: ${type}'. Please try again with a supported content type.`,
    code: 'unsupported_content_type',
  });
}

// The server's own trouble

export function internalError(requestId: string): ApiError {
  return failure(500, {
    message:
      'The server had an error processing your request. Sorry about that! You can retry your request, or contact the ' +
      `operator of this server if you keep seeing this error. (Please include the request ID ${requestId} in your message.)`,
    type: 'server_error',
  });
}

/** The server cannot take more work at present. */
export function overloaded(): ApiError {
  return failure(
    503,
    {
      message: 'The server is currently overloaded with other requests. Sorry about that! You can retry your request.',
      type: 'server_error',
    },
    { headers: { 'retry-after': '1' } },
  );
}

/** The server takes no more requests. */
export function shuttingDown(): ApiError {
  return failure(503, { message: 'The server is shutting down. You can retry your request.', type: 'server_error' });
}

/** The events that a client counts from are gone. */
export function eventsLost(threadId: string, runId: string): ApiError {
  return failure(409, {
    message:
      `The storage has lost events of this run, and counts anew. Read it from its first event: GET /v1/threads/${threadId}` +
      `/runs/${runId}/events.`,
    code: 'events_lost',
  });
}

/** The server is about to end, and the run whose events were streamed goes on without it. */
export function streamInterrupted(threadId: string, runId: string): ApiError {
  return failure(503, {
    message:
      `The server is shutting down; the run goes on. Follow it at GET /v1/threads/${threadId}/runs/${runId}/events, ` +
      'or retrieve it.',
    type: 'server_error',
  });
}

function invalidRequest(body: Partial<ErrorBody> & { message: string }): ApiError {
  return failure(400, body);
}

function failure(status: number, body: Partial<ErrorBody> & { message: string }, options?: ApiErrorOptions): ApiError {
  const { message, type = 'invalid_request_error', param = null, code = null } = body;
  return new ApiError(status, { message, type, param, code }, options);
}

/** `sk-abc***xyz`; a short key shows nothing of itself. */
function maskKey(key: string): string {
  if (key.length < 12) return '*'.repeat(Math.max(3, key.length));
  return `${key.slice(0, 6)}***${key.slice(-3)}`;
}
