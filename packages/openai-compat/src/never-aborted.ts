/** The signal of whoever cannot be stopped. */
export function neverAborted(): AbortSignal {
  return new AbortController().signal;
}
