import { StringDecoder } from 'node:string_decoder';
import { ModelError } from '@cogitator-ai/openai-engine';
import { createParser } from 'eventsource-parser';
import type { Dispatcher } from 'undici';
import { ChatStream } from './chat-stream.ts';
import { connectionError } from './connection-error.ts';
import type { EventQueue } from './event-queue.ts';

/** Longest single event of a stream, or longest answer that is not streamed, in UTF-16 units. */
const MAX_EVENT_SIZE = 8 * 2 ** 20;
/** How long the end of the body may come after the end of the answer, in ms; in time, the connection can be used again. */
const LINGER_MS = 1000;

/** Fills the queue with the events of an answer, and closes it. @param apiKey - Left out of error messages. */
export function readAnswer(
  provider: string,
  { headers, body }: Dispatcher.ResponseData,
  queue: EventQueue,
  apiKey: string | undefined,
): void {
  const chat = new ChatStream(provider, (event) => queue.push(event), apiKey);
  const decoder = new StringDecoder('utf8');
  let isDone = false;

  /** The end of the answer; the body may have some more to come. */
  function finish(): void {
    isDone = true;
    chat.finish();
    queue.end();
    const linger = setTimeout(() => body.destroy(), LINGER_MS);
    body.once('close', () => clearTimeout(linger)).resume();
  }

  function attempt(step: () => void): void {
    if (isDone) return;
    try {
      step();
    } catch (error) {
      isDone = true;
      queue.fail(error);
    }
  }

  const reader = isJson(headers['content-type'])
    ? wholeAnswer(provider, (data) => chat.read(data))
    : eventStream(provider, (data) => {
        if (isDone) return;
        if (data === '[DONE]') finish();
        else chat.read(data);
      });

  body.on('data', (chunk: Buffer) => attempt(() => reader.feed(decoder.write(chunk))));
  body.on('end', () =>
    attempt(() => {
      reader.flush();
      if (!chat.hasBegun) {
        throw new ModelError(
          'invalid_response',
          `${provider} did not answer with a completion. Is its base URL right?`,
        );
      }
      // An answer that was cut off must not pass for a whole one.
      if (!chat.isFinished) throw new ModelError('unavailable', `${provider} broke off its answer.`);
      finish();
    }),
  );
  body.on('error', (error) =>
    attempt(() => {
      // All was said, and the connection was closed without ceremony.
      if (chat.isFinished) finish();
      else throw connectionError(provider, error, 'broke off its answer');
    }),
  );
}

interface BodyReader {
  feed(text: string): void;
  /** Reads what waits for the end of the body. */
  flush(): void;
}

function eventStream(provider: string, read: (data: string) => void): BodyReader {
  const parser = createParser({
    maxBufferSize: MAX_EVENT_SIZE,
    onEvent: ({ data }) => read(data),
    onError({ type }) {
      if (type === 'max-buffer-size-exceeded') throw tooLong(provider);
    },
  });
  return { feed: (text) => parser.feed(text), flush() {} };
}

/** What a provider sends that does not stream. */
function wholeAnswer(provider: string, read: (data: string) => void): BodyReader {
  let whole = '';
  return {
    feed(text) {
      whole += text;
      if (whole.length > MAX_EVENT_SIZE) throw tooLong(provider);
    },
    flush: () => read(whole),
  };
}

function tooLong(provider: string): ModelError {
  return new ModelError('invalid_response', `${provider} sent more than ${MAX_EVENT_SIZE} characters at once.`);
}

function isJson(contentType: string | string[] | undefined): boolean {
  return typeof contentType === 'string' && /^application\/json\b/i.test(contentType);
}
