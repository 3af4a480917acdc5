import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { embedText } from './embed-text.ts';

const DEFAULT_DIMENSIONS = 256;

/** How the upstream answers one request for vectors. By default with those of {@link embedText}. */
export interface EmbeddingReply {
  /** Answers with this status and body instead. */
  error?: { status: number; body?: string | object; headers?: Record<string, string> };
  /** Answers with this object instead. */
  json?: object;
  /** Vectors that the answer has. Default one for each text. */
  count?: number;
  /** Dimensions of the vectors, whatever was asked for. */
  dimensions?: number;
  /** Sends figures, whatever was asked for, as endpoints do that know nothing else. */
  float?: boolean;
  /** Sends the vectors last to first, each with its index. */
  reversed?: boolean;
  /** Pause before the answer, in ms. Default none. */
  delayMs?: number;
  /** Ends the connection in the middle of the answer. */
  breakOff?: boolean;
  /** Never answers: waits until the client leaves. */
  hang?: boolean;
}

/** A request for vectors, as it arrived. */
export interface RecordedEmbeddingRequest {
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: {
    model: string;
    input: string | string[];
    encoding_format?: unknown;
    dimensions?: number;
    [key: string]: unknown;
  };
  /** Whether the client left before the answer was complete. */
  aborted: boolean;
  /** Resolves when the answer has left or the client has. */
  readonly closed: Promise<void>;
}

type Script = EmbeddingReply | ((request: RecordedEmbeddingRequest) => EmbeddingReply);

/** `POST /v1/embeddings` of an upstream. */
export interface Embeddings {
  /** Requests so far. */
  readonly requests: RecordedEmbeddingRequest[];
  /** Queues replies; each request takes the next. With none left, the vectors of the texts are the answer. */
  script(...replies: Script[]): void;
  /** Answers every request for which no reply is queued, until {@link Embeddings.reset}. */
  always(reply: Script): void;
  /** Forgets requests and replies. */
  reset(): void;
}

/** The endpoint, and what answers its requests. */
export function createEmbeddings(): Embeddings & {
  answer(request: IncomingMessage, text: string, response: ServerResponse): Promise<void>;
} {
  const requests: RecordedEmbeddingRequest[] = [];
  const replies: Script[] = [];
  let otherwise: Script = {};
  return {
    requests,
    script: (...more) => void replies.push(...more),
    always(reply) {
      otherwise = reply;
    },
    reset() {
      requests.length = 0;
      replies.length = 0;
      otherwise = {};
    },
    async answer({ url = '', headers }, text, response) {
      const recorded: RecordedEmbeddingRequest = {
        url,
        headers,
        body: JSON.parse(text) as RecordedEmbeddingRequest['body'],
        aborted: false,
        closed: once(response, 'close').then(() => {
          recorded.aborted = !response.writableFinished;
        }),
      };
      requests.push(recorded);
      const next = replies.shift() ?? otherwise;
      await send(response, typeof next === 'function' ? next(recorded) : next, recorded.body);
    },
  };
}

async function send(
  response: ServerResponse,
  reply: EmbeddingReply,
  body: RecordedEmbeddingRequest['body'],
): Promise<void> {
  if (reply.hang) return;
  if (reply.delayMs) await sleep(reply.delayMs);
  const { status = 200, body: error = '', headers = {} } = reply.error ?? {};
  const content = reply.error ? error : (reply.json ?? toList(reply, body));
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  if (!reply.breakOff) return void response.end(text);
  response.write(text.slice(0, text.length / 2));
  // What was written must leave before the connection breaks.
  await sleep(5);
  response.destroy();
}

/** The answer to a request, as far as it is not told otherwise. */
function toList(
  reply: EmbeddingReply,
  { model, input, encoding_format: format, dimensions }: RecordedEmbeddingRequest['body'],
): object {
  const texts = typeof input === 'string' ? [input] : input;
  const data = Array.from({ length: reply.count ?? texts.length }, (_, index) => {
    const vector = embedText(texts[index] ?? '', reply.dimensions ?? dimensions ?? DEFAULT_DIMENSIONS);
    const embedding =
      format === 'base64' && !reply.float ? Buffer.from(vector.buffer).toString('base64') : Array.from(vector);
    return { object: 'embedding', index, embedding };
  });
  const tokens = texts.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
  return {
    object: 'list',
    data: reply.reversed ? data.toReversed() : data,
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}
