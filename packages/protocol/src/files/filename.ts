import { text } from '../primitives/text.ts';

/** Longest name of a file, in characters: downloads carry it in a header, percent-encoded. */
const MAX_FILENAME_LENGTH = 1024;

/** What a client calls a file. Of a path the last component is kept. */
export const Filename = text({ max: MAX_FILENAME_LENGTH }).min(1).transform(baseName);

/** A path without a last component names nothing: such a file is called `upload`, as SDKs call one without a name. */
function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) || 'upload';
}
