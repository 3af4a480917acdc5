import type { Dispatcher } from 'undici';

/** Longest wait that a provider may ask for before the next try, in ms. */
export const MAX_RETRY_WAIT_MS = 20_000;

/** What a provider asks to wait, by `retry-after-ms` (OpenAI), or `retry-after` in seconds or as a date. */
export function readRetryAfterMs(headers: Dispatcher.ResponseData['headers']): number | undefined {
  const ms = Number(headers['retry-after-ms'] ?? Number.NaN);
  if (ms >= 0) return ms;
  const text = headers['retry-after'];
  if (typeof text !== 'string') return undefined;
  const seconds = Number(text);
  const wait = Number.isNaN(seconds) ? Date.parse(text) - Date.now() : seconds * 1000;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** 500 ms, 1 s, 2 s, … give or take a quarter, so that many do not come back at once. */
export function backoffMs(attempt: number): number {
  return 250 * 2 ** attempt * (0.75 + Math.random() / 2);
}
