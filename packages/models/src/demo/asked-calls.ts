import type { ModelRequest } from '@cogitator-ai/openai-engine';
import { findSearch, searchArguments } from './demo-search.ts';
import { textOf } from './text-of.ts';

/** A question whose answer is in the conversation. */
export const ASKS_NAME = /\bwhat(?:'s|’s| is) my name\b/i;

/** A call that a message asks for. */
export interface AskedCall {
  readonly name: string;
  /** JSON text; `{}` where the message gives none. */
  readonly arguments: string;
}

/**
 * The calls to make: those that the last message asks for by `call NAME {"json":"arguments"}`, of functions the request
 * offers, or else the one the request insists on, or a search for what is asked.
 */
export function readAskedCalls({ messages, tools = [], toolChoice, parallelToolCalls }: ModelRequest): AskedCall[] {
  const last = messages.at(-1);
  if (last?.role !== 'user' || toolChoice === 'none') return [];
  const named = typeof toolChoice === 'object' ? toolChoice.name : undefined;
  const offered = tools.filter(({ name }) => named === undefined || name === named).map(({ name }) => name);
  const text = textOf(last);
  const asked = readPhrases(text).filter(({ name }) => offered.includes(name));
  if (asked.length > 0) return parallelToolCalls === false ? asked.slice(0, 1) : asked;
  const [forced] = named === undefined && toolChoice !== 'required' ? [] : offered;
  const search = findSearch(offered);
  const isSearched = text.trimEnd().endsWith('?') && !ASKS_NAME.test(text);
  const name = forced ?? (isSearched ? search : undefined);
  if (name === undefined) return [];
  return [{ name, arguments: name === search ? searchArguments(text) : '{}' }];
}

/** Every `call NAME` of a text, with the JSON object that follows it. */
export function readPhrases(text: string): AskedCall[] {
  return [...text.matchAll(/\bcall ([\w-]+)\s*/gi)].map((phrase) => ({
    name: phrase[1] as string,
    arguments: readObject(text.slice(phrase.index + phrase[0].length)) ?? '{}',
  }));
}

/** The JSON object that a text begins with: the shortest beginning that ends with a brace and is JSON. */
function readObject(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined;
  for (let end = text.indexOf('}'); end !== -1; end = text.indexOf('}', end + 1)) {
    const candidate = text.slice(0, end + 1);
    if (isJson(candidate)) return candidate;
  }
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
