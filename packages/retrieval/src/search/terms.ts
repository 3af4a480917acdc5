import { stemmer } from 'stemmer';

/** Scripts that put no spaces between words, or few. */
const UNSPACED = String.raw`[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]`;
const LETTERS = String.raw`[\p{L}\p{M}\p{N}_]`;
/** Runs of such a script, and words of the others. */
const RUN = new RegExp(`(?<unspaced>[${UNSPACED}&&${LETTERS}]+)|(?<word>[${LETTERS}--${UNSPACED}]+)`, 'gv');
const ASCII_ONLY = /^[\0-\x7f]*$/;
/** Accents of European scripts, once they are apart from their letters. */
const ACCENTS = /[\u0300-\u036f]/g;
const HAS_PARTS = /_|\p{Ll}\p{Lu}|\p{Lu}{2}\p{Ll}/u;
const BETWEEN_PARTS = /_+|(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
/** What an English ending is looked for in. */
const STEMMED = /^[a-z]{4,}$/;
/** Different words that are remembered at a time. */
const REMEMBERED = 50_000;

/**
 * The terms of texts, in order: words in lower case, without accents and English endings; names such as `fooBar` and `foo_bar` also
 * by their parts; pairs of characters where no spaces are written.
 *
 * @returns A function that remembers the words it has seen.
 */
export function createTermReader(): (text: string) => string[] {
  const known = new Map<string, readonly string[]>();

  function termsOfWord(word: string): readonly string[] {
    let terms = known.get(word);
    if (!terms) {
      terms = splitWord(word);
      if (known.size >= REMEMBERED) known.clear();
      known.set(word, terms);
    }
    return terms;
  }

  return (text) => {
    const terms: string[] = [];
    for (const { 0: run, groups } of normalise(text).matchAll(RUN)) {
      for (const term of groups?.['word'] === undefined ? pairsOf(run) : termsOfWord(run)) terms.push(term);
    }
    return terms;
  };
}

function normalise(text: string): string {
  return ASCII_ONLY.test(text) ? text : text.normalize('NFKD').replace(ACCENTS, '').normalize('NFC');
}

function splitWord(word: string): string[] {
  if (!HAS_PARTS.test(word)) return [toTerm(word)];
  const parts = word.split(BETWEEN_PARTS).filter((part) => part !== '');
  return parts.length === 0 ? [] : [word, ...parts].map(toTerm);
}

function toTerm(word: string): string {
  const lower = word.toLowerCase();
  return STEMMED.test(lower) ? stemmer(lower) : lower;
}

/** A character alone is a term of its own only where it stands alone. */
function pairsOf(run: string): string[] {
  const characters = Array.from(run.toLowerCase());
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}
