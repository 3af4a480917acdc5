/** Runs of letters and digits. */
const WORD = /[\p{L}\p{N}]+/gu;
/** What all trigrams of a word count for together, where the word itself counts 1. */
const TRIGRAMS = 1;

/**
 * A vector of length 1 from the words and the parts of words of a text, so that texts that share them are near each other. Knows
 * nothing of meaning. The same text always has the same vector; one without words has zeros.
 */
export function embedText(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const [word, count] of countWords(text)) {
    // Long words say more than short ones, and the tenth occurrence less than the first.
    const weight = Math.min(word.length, 8) * (1 + Math.log(count));
    add(vector, word, weight);
    const trigrams = trigramsOf(word);
    for (const trigram of trigrams) add(vector, trigram, (weight * TRIGRAMS) / Math.sqrt(trigrams.length));
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** How often a text has each word, in lower case and without the ending of the plural. */
function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [found] of text.normalize('NFKC').toLowerCase().matchAll(WORD)) {
    const word = singularOf(found);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

function singularOf(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.length > 3 && word.endsWith('s') && !/(?:ss|us|is)$/.test(word) ? word.slice(0, -1) : word;
}

/** The parts of three characters of a word, its ends marked. */
function trigramsOf(word: string): string[] {
  const marked = `<${word}>`;
  return Array.from({ length: Math.max(0, marked.length - 2) }, (_, at) => `#${marked.slice(at, at + 3)}`);
}

/** Adds a feature where its hash says, with the sign that it says, so that features that meet do not add up. */
function add(vector: Float32Array, feature: string, weight: number): void {
  const hash = hashOf(feature);
  const position = (hash >>> 1) % vector.length;
  vector[position] = (vector[position] as number) + (hash & 1 ? weight : -weight);
}

/** FNV-1a of the UTF-16 units, its bits mixed once more: the lowest ones alone depend on too little. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
