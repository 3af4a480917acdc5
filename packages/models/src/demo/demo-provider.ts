import { setTimeout as sleep } from 'node:timers/promises';
import { ModelError, type ModelEvent, type ModelMessage, type ModelRequest } from '@cogitator-ai/openai-engine';
import type { Provider } from '../providers/provider.ts';

/** Name of the built-in demonstration model. */
export const DEMO_MODEL = 'demo';

const WORD_MS = 5;
const SLOW_WORD_MS = 250;

/**
 * A stand-in for a model that needs no key, no network and no weights. It has no intelligence and says so; what it
 * understands is listed in the guide to it.
 */
export function createDemoProvider(): Provider {
  return {
    name: DEMO_MODEL,
    only: [DEMO_MODEL],
    list: () => Promise.resolve([{ id: DEMO_MODEL, created: 0, ownedBy: 'built-in' }]),
    close: () => Promise.resolve(),

    async *stream(_model, request, { signal }): AsyncGenerator<ModelEvent> {
      const asked = textOf(request.messages.at(-1));
      if (/\bplease fail\b/i.test(asked))
        throw new ModelError('unavailable', 'The demo model failed, as it was asked to.');
      const pause = /\bslowly\b/i.test(asked) ? SLOW_WORD_MS : WORD_MS;
      const calls = readCalls(request);
      for (const [index, { name, text }] of calls.entries()) {
        yield { type: 'tool-call', index, id: null, name };
        yield* paced(text, (piece) => ({ type: 'tool-call-arguments', index, text: piece }), pause, signal);
      }
      const said = calls.length > 0 ? '' : reply(request.messages);
      yield* paced(said, (piece) => ({ type: 'text', text: piece }), pause, signal);
      const written = said + calls.map(({ text }) => text).join('');
      yield {
        type: 'finish',
        reason: calls.length > 0 ? 'tool-calls' : 'stop',
        usage: {
          promptTokens: request.messages.reduce((sum, message) => sum + countWords(textOf(message)), 0),
          completionTokens: countWords(written),
          cachedTokens: 0,
          reasoningTokens: 0,
        },
      };
    },
  };
}

/** The calls that `call NAME {"json":"arguments"}` asks for, of functions the request offers. */
function readCalls({ messages, tools = [], toolChoice }: ModelRequest): { name: string; text: string }[] {
  const last = messages.at(-1);
  if (last?.role !== 'user' || toolChoice === 'none') return [];
  return [...textOf(last).matchAll(/\bcall ([\w-]+)\s*(\{[^{}]*\})?/gi)].flatMap(([, name, text]) =>
    tools.some((tool) => tool.name === name) ? { name: name as string, text: text ?? '{}' } : [],
  );
}

function reply(messages: readonly ModelMessage[]): string {
  const results = trailingResults(messages);
  if (results.length > 0)
    return `The demo model got ${results.length === 1 ? 'this result' : 'these results'}: ${results.join('; ')}`;
  const asked = textOf(messages.at(-1));
  const users = messages.filter(({ role }) => role === 'user');
  if (/\bwhat(?:'s| is) my name\b/i.test(asked)) {
    const name = users.map((message) => /\bmy name is ([\p{L}\d'-]+)/iu.exec(textOf(message))?.[1]).findLast(Boolean);
    return name
      ? `Your name is ${name}. (The demo model looked it up in this thread.)`
      : 'You have not told the demo model your name.';
  }
  const earlier = users.length > 1 ? ` I can see ${users.length} of your messages in this thread.` : '';
  return `This is the built-in demo model: it has no intelligence and only shows that everything works.${earlier} You said: ${asked}`;
}

/** Results of the calls just made. */
function trailingResults(messages: readonly ModelMessage[]): string[] {
  const start = messages.findLastIndex(({ role }) => role !== 'tool') + 1;
  return messages.slice(start).map(textOf);
}

async function* paced(
  text: string,
  toEvent: (piece: string) => ModelEvent,
  pauseMs: number,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent> {
  for (const piece of text.match(/\S+\s*|\s+/g) ?? []) {
    await sleep(pauseMs, undefined, { signal });
    yield toEvent(piece);
  }
}

function textOf(message: ModelMessage | undefined): string {
  if (!message || message.content === null) return '';
  if (typeof message.content === 'string') return message.content;
  return message.content.map((part) => (part.type === 'text' ? part.text : '[an image]')).join(' ');
}

function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}
