import type { Message, Run, RunError, RunStep } from '@cogitator-ai/openai-protocol';
import { ModelError, type ModelErrorCode } from '../ports/model-port.ts';

/** How a run ends. */
export type RunEnding =
  | { readonly status: 'completed' }
  | { readonly status: 'incomplete'; readonly reason: 'max_completion_tokens' | 'max_prompt_tokens' | 'content_filter' }
  | { readonly status: 'failed'; readonly error: RunError }
  | { readonly status: 'cancelled' }
  | { readonly status: 'expired' };

const MESSAGE_REASONS = {
  max_completion_tokens: 'max_tokens',
  max_prompt_tokens: 'max_tokens',
  content_filter: 'content_filter',
} as const;

const ERROR_CODES: Record<ModelErrorCode, RunError['code']> = {
  rate_limited: 'rate_limit_exceeded',
  quota_exceeded: 'rate_limit_exceeded',
  invalid_request: 'invalid_prompt',
  unauthorized: 'server_error',
  unavailable: 'server_error',
  invalid_response: 'server_error',
  aborted: 'server_error',
};

/** What `last_error` says of a failure. Only a model's own words are shown. */
export function toRunError(error: unknown): RunError {
  if (ModelError.isInstance(error)) return { code: ERROR_CODES[error.code], message: error.message };
  return { code: 'server_error', message: 'Sorry, something went wrong.' };
}

/** The run's fields once it has ended. */
export function endRunFields(ending: RunEnding, now: number): Partial<Run> & Pick<Run, 'status'> {
  const base = { status: ending.status, required_action: null };
  switch (ending.status) {
    case 'completed':
      return { ...base, completed_at: now, expires_at: null };
    case 'incomplete':
      return { ...base, completed_at: now, expires_at: null, incomplete_details: { reason: ending.reason } };
    case 'failed':
      return { ...base, failed_at: now, expires_at: null, last_error: ending.error };
    case 'cancelled':
      return { ...base, cancelled_at: now, expires_at: null };
    case 'expired':
      return base;
  }
}

/** The step that was open when the run ended. */
export function endStep(step: RunStep, ending: RunEnding, now: number): RunStep {
  const base = { ...step, expires_at: null };
  switch (ending.status) {
    case 'completed':
    case 'incomplete':
      return { ...base, status: 'completed', completed_at: now };
    case 'failed': {
      const code = ending.error.code === 'rate_limit_exceeded' ? ending.error.code : 'server_error';
      return { ...base, status: 'failed', failed_at: now, last_error: { code, message: ending.error.message } };
    }
    case 'cancelled':
      return { ...base, status: 'cancelled', cancelled_at: now };
    case 'expired':
      return { ...base, status: 'expired', expired_at: now };
  }
}

/** The message that was being written when the run ended. */
export function endMessage(message: Message, ending: RunEnding, now: number): Message {
  if (ending.status === 'completed') return { ...message, status: 'completed', completed_at: now };
  const reason = ending.status === 'incomplete' ? MESSAGE_REASONS[ending.reason] : (`run_${ending.status}` as const);
  return { ...message, status: 'incomplete', incomplete_at: now, incomplete_details: { reason } };
}
