import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';

/** Elements whose content nobody reads. */
const HIDDEN = new Set(['script', 'style', 'noscript', 'template', 'svg']);
/** Elements that stand on lines of their own. */
const LINES = new Set(
  'address body caption dd details dialog div dl dt fieldset figcaption footer form header hr html li main nav summary tbody tfoot thead tr'.split(
    ' ',
  ),
);
/** Elements with an empty line around them. */
const PARAGRAPHS = new Set(
  'article aside blockquote figure h1 h2 h3 h4 h5 h6 ol p pre section table title ul'.split(' '),
);

/** The text of a page as somebody reads it. Tags are taken as they come, however deep they are. */
export function parseHtml(html: string): string {
  const parts: string[] = [];
  /** The element that hides what is read, and how many of its kind are open in it. */
  let hiding: string | null = null;
  let depth = 0;
  let opened = '';

  function breakLine(name: string): void {
    if (hiding !== null) return;
    if (PARAGRAPHS.has(name)) parts.push('\n\n');
    else if (LINES.has(name) || name === 'br') parts.push('\n');
  }

  function open(name: string): void {
    breakLine(name);
    if (hiding === null && (name === 'td' || name === 'th')) parts.push('\t');
    if (hiding === null && HIDDEN.has(name)) hiding = name;
    if (name === hiding) depth++;
  }

  function close(name: string): void {
    if (name === hiding) {
      depth--;
      if (depth === 0) hiding = null;
    }
    breakLine(name);
  }

  const ignore = (): void => {};
  const callbacks: TokenizerCallbacks = {
    onopentagname: (start, end) => (opened = html.slice(start, end).toLowerCase()),
    onopentagend: () => open(opened),
    onselfclosingtag() {
      open(opened);
      if (opened === hiding) close(opened);
    },
    onclosetag: (start, end) => close(html.slice(start, end).trim().toLowerCase()),
    ontext(start, end) {
      if (hiding === null) parts.push(html.slice(start, end).replaceAll(/\s+/g, ' '));
    },
    ontextentity(codePoint) {
      if (hiding === null) parts.push(String.fromCodePoint(codePoint));
    },
    oncdata: ignore,
    oncomment: ignore,
    ondeclaration: ignore,
    onprocessinginstruction: ignore,
    onattribname: ignore,
    onattribdata: ignore,
    onattribentity: ignore,
    onattribend: ignore,
    onend: ignore,
  };
  const tokenizer = new Tokenizer({ decodeEntities: true }, callbacks);
  tokenizer.write(html);
  tokenizer.end();
  return parts
    .join('')
    .replaceAll(/ ?\n ?/g, '\n')
    .replaceAll(/\n\t/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
}
