/** What people say around a question, and searches do not need. */
const PHRASES =
  /\b(?:please|can you|could you|would you|tell me|show me|i want to know|i would like to know|do you know)\b|[?!]+/giu;

/** The query without what only makes it polite. A query of nothing else stays as it is. */
export function rewriteQuery(query: string): string {
  const rewritten = query.replaceAll(PHRASES, ' ').replaceAll(/\s+/gu, ' ').trim();
  return rewritten === '' ? query : rewritten;
}
