import { FileFailure } from './file-failure.ts';

/** Longest text of a file, in UTF-16 units: 5,000,000 tokens are some 20 million. */
export const MAX_TEXT_LENGTH = 40_000_000;

/** What separates what is written next from what was written before, the weakest first. */
export const GAP = { none: 0, space: 1, cell: 2, line: 3, paragraph: 4 } as const;
export type Gap = (typeof GAP)[keyof typeof GAP];

const SEPARATORS = ['', ' ', '\t', '\n', '\n\n'] as const satisfies Record<Gap, string>;

/** Collects the text of a document. Of several gaps in a row the strongest counts; there is none at the beginning and the end. */
export interface TextBuilder {
  /** @throws `FileFailure` when the text becomes too long. */
  write(text: string): void;
  gap(gap: Gap): void;
  /** A line ends here; two in a row end a paragraph. */
  endLine(): void;
  toString(): string;
}

export function createTextBuilder(): TextBuilder {
  const parts: string[] = [];
  let length = 0;
  let pending: Gap = GAP.none;

  return {
    write(text) {
      if (text === '') return;
      const separator = length === 0 ? '' : SEPARATORS[pending];
      pending = GAP.none;
      length += separator.length + text.length;
      if (length > MAX_TEXT_LENGTH) throw new FileFailure('tooLarge');
      parts.push(separator + text);
    },
    gap(gap) {
      if (gap > pending) pending = gap;
    },
    endLine() {
      pending = pending >= GAP.line ? GAP.paragraph : GAP.line;
    },
    toString: () => parts.join(''),
  };
}
