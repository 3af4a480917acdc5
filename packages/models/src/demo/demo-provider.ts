import { setTimeout as sleep } from 'node:timers/promises';
import {
  GO_ON_REQUEST,
  ModelError,
  type ModelEvent,
  type ModelMessage,
  type ModelRequest,
} from '@cogitator-ai/openai-engine';
import type { Provider } from '../providers/provider.ts';
import { readAskedCalls } from './asked-calls.ts';
import { demoAnswer } from './demo-answer.ts';
import { formatAnswer } from './demo-json.ts';
import { textOf } from './text-of.ts';

/** Name of the built-in demonstration model. */
export const DEMO_MODEL = 'demo';

const WORD_MS = 5;
const SLOW_WORD_MS = 250;

/**
 * A stand-in for a model that needs no key, no network and no weights. It has no intelligence and says so; what it
 * understands is listed in the guide to it. The same conversation always gets the same answer.
 */
export function createDemoProvider(): Provider {
  return {
    name: DEMO_MODEL,
    only: [DEMO_MODEL],
    list: () => Promise.resolve([{ id: DEMO_MODEL, created: 0, ownedBy: 'built-in' }]),
    close: () => Promise.resolve(),

    async *stream(_model, request, { signal }): AsyncGenerator<ModelEvent> {
      const { messages, begun } = takeBegun(request.messages);
      const asked = textOf(messages.findLast(({ role }) => role === 'user'));
      const pauseMs = /\bslowly\b/i.test(asked) ? SLOW_WORD_MS : WORD_MS;
      if (/\bplease fail\b/i.test(asked)) {
        throw new ModelError('unavailable', 'The demo model failed, as it was asked to.');
      }
      for (const event of play({ ...request, messages }, begun)) {
        if (event.type !== 'finish') await pause(pauseMs, signal);
        yield event;
      }
    },
  };
}

/** The conversation before an answer that is to be gone on with, and how far that has come. */
function takeBegun(messages: ModelMessage[]): { messages: ModelMessage[]; begun: string } {
  const isCutOff = textOf(messages.at(-1)) === GO_ON_REQUEST;
  return isCutOff ? { messages: messages.slice(0, -2), begun: textOf(messages.at(-2)) } : { messages, begun: '' };
}

/** The whole turn, or what is left of it behind its beginning. */
function* play(request: ModelRequest, begun: string): Generator<ModelEvent> {
  const calls = readAskedCalls(request);
  for (const [index, call] of calls.entries()) {
    yield { type: 'tool-call', index, id: null, name: call.name };
    for (const text of wordsOf(call.arguments)) yield { type: 'tool-call-arguments', index, text };
  }
  const words =
    calls.length > 0 ? [] : wordsOf(formatAnswer(demoAnswer(request), request.responseFormat).slice(begun.length));
  const said = words.slice(0, request.maxTokens);
  for (const text of said) yield { type: 'text', text };
  yield {
    type: 'finish',
    reason: calls.length > 0 ? 'tool-calls' : said.length < words.length ? 'length' : 'stop',
    usage: {
      promptTokens: request.messages.reduce((sum, message) => sum + wordsOf(textOf(message)).length, 0),
      completionTokens: said.length + calls.reduce((sum, call) => sum + wordsOf(call.arguments).length, 0),
      cachedTokens: 0,
      reasoningTokens: 0,
    },
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (cause) {
    throw new ModelError('aborted', 'The model call was stopped.', { cause });
  }
}

/** A text in pieces, each a word and the space after it; the demo takes them for tokens. */
function wordsOf(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}
