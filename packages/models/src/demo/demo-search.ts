/** The function that searches files. */
export const FILE_SEARCH = 'file_search';

/** Arguments of a call of it. */
export function searchArguments(text: string): string {
  return JSON.stringify({ queries: [text] });
}

/** The sentence of the passages found that has most words of a question, with its marker; `null`: no passages were found. */
export function quotePassages(results: readonly string[], question: string): string | null {
  const words = new Set(wordsOf(question));
  let best: { quote: string; common: number } | null = null;
  for (const [, marker, passage] of results.join('\n\n').matchAll(/^(【\d+:\d+†.*】)\n([^【]*)/gm)) {
    for (const sentence of (passage ?? '').split(/(?<=[.!?])\s+|\n\n+/)) {
      const common = new Set(wordsOf(sentence).filter((word) => words.has(word))).size;
      if (common > (best?.common ?? 0)) best = { quote: `${sentence.trim().replaceAll(/\s+/g, ' ')}${marker}`, common };
    }
  }
  return best && `The demo model found: ${best.quote}`;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
}
