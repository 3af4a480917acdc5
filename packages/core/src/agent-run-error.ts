/** A run that did not come to its end. The message is the provider's, or says which limit was reached. */
export class AgentRunError extends Error {
  /** `server_error`, `rate_limit_exceeded` or `invalid_prompt`; `incomplete` where a limit cut the answer. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'AgentRunError';
    this.code = code;
  }
}
