/** A piece of an answer: ordinary text, or one whole marker that cites a file. */
export interface TextPiece {
  readonly text: string;
  /** The file that it cites; `null`: it is ordinary text. */
  readonly fileId: string | null;
}

/** Longest name of a source in a marker, in UTF-16 units. */
const MAX_NAME = 300;

const MARKER = new RegExp(`^【(\\d{1,6}):(\\d{1,6})†[^【】\\n]{0,${MAX_NAME}}】`);
const MARKER_BEGINNING = new RegExp(`^【(?:\\d{0,6}|\\d{1,6}:\\d{0,6}|\\d{1,6}:\\d{1,6}†[^【】\\n]{0,${MAX_NAME}})$`);

/**
 * Finds the markers in an answer that arrives piece by piece, such as `【4:0†notes.txt】`: what may become one is held back until
 * that is known, so that no marker is ever split.
 */
export class CitedText {
  readonly #findFile: (search: number, chunk: number) => string | null;
  #held = '';

  /** @param findFile - The file of a chunk that the model was given, by the numbers of its marker; `null` for none. */
  constructor(findFile: (search: number, chunk: number) => string | null) {
    this.#findFile = findFile;
  }

  /** Takes what has arrived; gives what is known of the answer behind what was given before. */
  push(fragment: string): TextPiece[] {
    const pieces: TextPiece[] = [];
    let text = this.#held + fragment;
    let plain = '';
    this.#held = '';
    for (;;) {
      const start = text.indexOf('【');
      if (start === -1) {
        plain += text;
        break;
      }
      plain += text.slice(0, start);
      text = text.slice(start);
      const [marker, search, chunk] = MARKER.exec(text) ?? [];
      if (marker === undefined) {
        if (MARKER_BEGINNING.test(text)) {
          this.#held = text;
          break;
        }
        plain += '【';
        text = text.slice(1);
        continue;
      }
      const fileId = this.#findFile(Number(search), Number(chunk));
      if (fileId === null) plain += marker;
      else {
        if (plain !== '') pieces.push({ text: plain, fileId: null });
        plain = '';
        pieces.push({ text: marker, fileId });
      }
      text = text.slice(marker.length);
    }
    if (plain !== '') pieces.push({ text: plain, fileId: null });
    return pieces;
  }

  /** Gives what was held back, when nothing follows. */
  end(): TextPiece[] {
    const text = this.#held;
    this.#held = '';
    return text === '' ? [] : [{ text, fileId: null }];
  }
}
