import { readdirSync, readFileSync } from 'node:fs';
import { QUESTIONS_BY_KIND } from './questions-by-kind.ts';

/** How a question relates to the words of the documents that answer it. */
export type QuestionKind = keyof typeof QUESTIONS_BY_KIND;

/** A document that is searched. */
export interface LabelledDocument {
  readonly id: string;
  readonly filename: string;
  readonly text: string;
}

/** A question, and which documents answer it. */
export interface Question {
  readonly id: string;
  readonly kind: QuestionKind;
  readonly text: string;
  /** Ids of documents, at least one. */
  readonly relevant: readonly string[];
}

const folder = new URL('documents/', import.meta.url);

/** Short documents about many things, several about each, in English, German, French and Spanish. */
export const DOCUMENTS: readonly LabelledDocument[] = readdirSync(folder)
  .sort()
  .map((filename) => ({
    id: filename.replace(/\.md$/, ''),
    filename,
    text: readFileSync(new URL(filename, folder), 'utf8'),
  }));

/** What is asked of {@link DOCUMENTS}. */
export const QUESTIONS: readonly Question[] = Object.entries(QUESTIONS_BY_KIND).flatMap(([kind, questions]) =>
  questions.map(([text, ...relevant], index) => ({
    id: `${kind}-${index + 1}`,
    kind: kind as QuestionKind,
    text,
    relevant,
  })),
);
