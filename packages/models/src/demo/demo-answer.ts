import type { ModelMessage, ModelRequest } from '@cogitator-ai/openai-engine';
import { ASKS_NAME, readPhrases } from './asked-calls.ts';
import { quotePassages } from './demo-search.ts';
import { textOf } from './text-of.ts';

/** What the demo says: what a search found, the results of other calls, a name it was told, or what it is and what it heard. */
export function demoAnswer({ messages, tools = [] }: ModelRequest): string {
  const results = trailingResults(messages);
  if (results.length > 0) {
    const quote = quotePassages(results, textOf(messages.findLast(({ role }) => role === 'user')));
    return (
      quote ?? `The demo model got ${results.length === 1 ? 'this result' : 'these results'}: ${results.join('; ')}`
    );
  }
  const asked = textOf(messages.at(-1));
  const users = messages.filter(({ role }) => role === 'user');
  if (ASKS_NAME.test(asked)) return recallName(users);
  const [phrase] = readPhrases(asked);
  if (phrase && tools.length > 0 && !tools.some(({ name }) => name === phrase.name)) {
    return `The demo model was given no function '${phrase.name}', only: ${tools.map(({ name }) => name).join(', ')}.`;
  }
  const earlier = users.length > 1 ? ` I can see ${users.length} of your messages in this thread.` : '';
  return `This is the built-in demo model: it has no intelligence and only shows that everything works.${earlier} You said: ${asked}`;
}

function recallName(users: readonly ModelMessage[]): string {
  const name = users.map((message) => /\bmy name is ([\p{L}\d'-]+)/iu.exec(textOf(message))?.[1]).findLast(Boolean);
  return name
    ? `Your name is ${name}. (The demo model looked it up in this thread.)`
    : 'You have not told the demo model your name.';
}

/** Results of the calls just made. */
function trailingResults(messages: readonly ModelMessage[]): string[] {
  const start = messages.findLastIndex(({ role }) => role !== 'tool') + 1;
  return messages.slice(start).map(textOf);
}
