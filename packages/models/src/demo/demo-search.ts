/** Names of the function that searches files: another one's is left to that. */
const FILE_SEARCH = /^file_search_*$/;

/** The function that searches files, among those that are offered. */
export function findSearch(names: readonly string[]): string | undefined {
  return names.findLast((name) => FILE_SEARCH.test(name));
}

/** Arguments of a call of it. */
export function searchArguments(text: string): string {
  return JSON.stringify({ queries: [text] });
}

/** The sentence of the passages found that has most words of a question, the first of several, with its marker; `null`: no passages were found. */
export function quotePassages(results: readonly string[], question: string): string | null {
  const words = new Set(wordsOf(question));
  let best: { quote: string; common: number } | null = null;
  for (const [, marker, passage] of results
    .map(withoutAdvice)
    .join('\n\n')
    .matchAll(/^(【\d+:\d+†.*】)\n([^【]*)/gm)) {
    for (const sentence of (passage ?? '').split(/(?<=[.!?])\s+|\n\n+/)) {
      const common = new Set(wordsOf(sentence).filter((word) => words.has(word))).size;
      if (common > (best?.common ?? -1))
        best = { quote: `${sentence.trim().replaceAll(/\s+/g, ' ')}${marker}`, common };
    }
  }
  return best && `The demo model found: ${best.quote}`;
}

/** What was found, without what the model is told to do with it. */
function withoutAdvice(result: string): string {
  return result.slice(0, Math.max(0, result.lastIndexOf('\n\n')));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
}
