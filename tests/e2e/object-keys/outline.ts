/** Keys whose value says which shape an object has: shown as they are. */
const TELLING = new Set(['object', 'type', 'status', 'role', 'code', 'reason', 'deleted', 'purpose', 'index']);

/** Longest line. What is longer is shown key by key. */
const WIDTH = 100;

/**
 * The keys of an object in their order, each with what it holds: `null`, the type of a value, or what is inside. Of a list
 * only its different items are shown.
 */
export function outline(value: unknown): string {
  return write(simplify(value, ''), '', Infinity);
}

type Outline = string | Outline[] | { [key: string]: Outline };

function simplify(value: unknown, key: string): Outline {
  if (value === null || TELLING.has(key)) return JSON.stringify(value);
  if (Array.isArray(value)) {
    const items = new Map(value.map((item) => [JSON.stringify(simplify(item, '')), simplify(item, '')]));
    return [...items.values()];
  }
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, simplify(inner, name)]));
  }
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** @param used - Of the line it begins in; nothing is put in one line when there is no room. */
function write(value: Outline, indent: string, used: number): string {
  const line = writeInLine(value);
  if (indent.length + used + line.length <= WIDTH || typeof value === 'string') return line;
  const deeper = used === Infinity ? '' : `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => `${deeper}${write(item, deeper, 0)},\n`).join('')}${indent}]`;
  }
  const lines = Object.entries(value).map(([key, inner]) => `${deeper}${key}: ${write(inner, deeper, key.length + 2)}`);
  return used === Infinity ? lines.join('\n') : `{\n${lines.map((text) => `${text},\n`).join('')}${indent}}`;
}

function writeInLine(value: Outline): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(writeInLine).join(', ')}]`;
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${writeInLine(inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
