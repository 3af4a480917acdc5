import { z } from 'zod';

/** What went wrong, for people (`message`) and programs (`type`, `code`, `param`). All four keys are always present. */
export const ErrorBody = z.object({
  message: z.string(),
  type: z.string(),
  /** Path of the bad field, such as `tools[0].type`. */
  param: z.string().nullable(),
  code: z.string().nullable(),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** Body of every answer that is not 2xx. */
export const OpenAIError = z.object({ error: ErrorBody });
export type OpenAIError = z.infer<typeof OpenAIError>;

const BRAND = Symbol.for('@cogitator-ai/openai-protocol.ApiError');

export interface ApiErrorOptions extends ErrorOptions {
  /** Headers to send with the answer, lower case. */
  headers?: Readonly<Record<string, string>>;
}

/** A failure the client is meant to see: sent as `{"error": body}` with this status. */
export class ApiError extends Error {
  readonly [BRAND] = true;
  readonly status: number;
  readonly body: ErrorBody;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: ErrorBody, { headers = {}, ...options }: ApiErrorOptions = {}) {
    super(body.message, options);
    this.name = 'ApiError';
    this.status = status;
    this.body = body;
    this.headers = headers;
  }

  /** Holds across duplicate installs, where `instanceof` does not. */
  static isInstance(value: unknown): value is ApiError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}
