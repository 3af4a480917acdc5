import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import { createTextBuilder, GAP, type Gap } from './text-builder.ts';

/** Elements whose content nobody reads. */
const HIDDEN = new Set(['noscript', 'script', 'style', 'svg', 'template']);
/** Elements that are separated from what surrounds them, and by what. */
const CELLS = 'td th';
const LINES =
  'address body caption dd details dialog div dt fieldset figcaption footer form head header html legend li main nav optgroup option summary tr';
const PARAGRAPHS = 'article aside blockquote dl figure h1 h2 h3 h4 h5 h6 hr ol p pre section table textarea title ul';
const GAPS = new Map<string, Gap>([
  ...CELLS.split(' ').map((name) => [name, GAP.cell] as const),
  ...LINES.split(' ').map((name) => [name, GAP.line] as const),
  ...PARAGRAPHS.split(' ').map((name) => [name, GAP.paragraph] as const),
]);
const SPACES = /[\t\n\f\r ]+/;
const NOTHING = (): void => {};

/**
 * The text of a page as somebody reads it. Tags are taken as they come, and no tree is made of them, so that it does not matter how
 * deep they are.
 *
 * @throws `FileFailure` when it is too long.
 */
export function parseHtml(html: string): string {
  const text = createTextBuilder();
  /** The element that hides what is read, and how many of its kind are open in it. */
  let hiding: string | null = null;
  let depth = 0;
  let preformatted = 0;
  let opened = '';

  function open(name: string): void {
    if (hiding === null && HIDDEN.has(name)) hiding = name;
    if (hiding !== null) {
      if (name === hiding) depth++;
      return;
    }
    if (name === 'pre') preformatted++;
    if (name === 'br') text.endLine();
    else text.gap(GAPS.get(name) ?? GAP.none);
  }

  function close(name: string): void {
    if (hiding !== null) {
      if (name === hiding && --depth === 0) hiding = null;
      return;
    }
    if (name === 'pre') preformatted = Math.max(0, preformatted - 1);
    text.gap(GAPS.get(name) ?? GAP.none);
  }

  function write(part: string): void {
    if (hiding !== null) return;
    if (preformatted > 0) return text.write(part);
    for (const [index, word] of part.split(SPACES).entries()) {
      if (index > 0) text.gap(GAP.space);
      text.write(word);
    }
  }

  const callbacks: TokenizerCallbacks = {
    onopentagname: (start, end) => void (opened = html.slice(start, end).toLowerCase()),
    onopentagend: () => open(opened),
    onselfclosingtag() {
      open(opened);
      // In HTML the slash means nothing, but for drawings.
      if (hiding === 'svg') close(opened);
    },
    onclosetag: (start, end) => close(html.slice(start, end).toLowerCase()),
    ontext: (start, end) => write(html.slice(start, end)),
    ontextentity: (codePoint) => write(String.fromCodePoint(codePoint)),
    isInForeignContext: () => hiding === 'svg',
    oncdata: NOTHING,
    oncomment: NOTHING,
    ondeclaration: NOTHING,
    onprocessinginstruction: NOTHING,
    onattribname: NOTHING,
    onattribdata: NOTHING,
    onattribentity: NOTHING,
    onattribend: NOTHING,
    onend: NOTHING,
  };
  const tokenizer = new Tokenizer({}, callbacks);
  tokenizer.write(html);
  tokenizer.end();
  return text.toString();
}
