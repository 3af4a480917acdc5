import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEmbeddings, type Embeddings } from './embeddings.ts';
import { type Reply, toChunks } from './reply.ts';

export { embedText } from './embed-text.ts';
export type { EmbeddingReply, Embeddings, RecordedEmbeddingRequest } from './embeddings.ts';
export type { Reply } from './reply.ts';

/** A message as the upstream was sent it. */
export interface ChatMessage {
  role: string;
  content: unknown;
  tool_calls?: { id: string; type: string; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
}

/** A request for a completion, as it arrived. */
export interface RecordedRequest {
  readonly headers: IncomingMessage['headers'];
  readonly body: { model: string; messages: ChatMessage[]; stream?: boolean; [key: string]: unknown };
  /** Whether the client left before the answer was complete. */
  aborted: boolean;
  /** Resolves when the answer has left or the client has. */
  readonly closed: Promise<void>;
}

/** A model endpoint on a loopback port. */
export interface Upstream {
  /** Base URL, ending in `/v1`. */
  readonly url: string;
  /** Requests for completions so far. */
  readonly requests: RecordedRequest[];
  /** Connections accepted so far. */
  readonly connections: number;
  /** Ids that `GET /v1/models` lists. */
  models: string[];
  /** What the list says that each model takes, in tokens, as vLLM does. Default nothing. */
  contextTokens: number | undefined;
  /** Queues replies; each request takes the next. With none left, {@link UpstreamOptions.answer} answers. */
  script(...replies: (Reply | ((request: RecordedRequest) => Reply))[]): void;
  /** What answers `POST /v1/embeddings`. */
  readonly embeddings: Embeddings;
  /** Forgets requests and replies, those of the embeddings too. */
  reset(): void;
  close(): Promise<void>;
}

export interface UpstreamOptions {
  /** Default any free one. */
  port?: number;
  /** Answers requests for which no reply is queued. Default {@link answerFromConversation}. */
  answer?: (request: RecordedRequest) => Reply;
}

/** Starts an upstream. */
export async function startUpstream({
  port = 0,
  answer = answerFromConversation,
}: UpstreamOptions = {}): Promise<Upstream> {
  const requests: RecordedRequest[] = [];
  const replies: (Reply | ((request: RecordedRequest) => Reply))[] = [];
  const embeddings = createEmbeddings();
  let connections = 0;
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET' && request.url === '/v1/models') {
      const data = upstream.models.map((id) => ({
        id,
        object: 'model',
        created: 1_700_000_000,
        owned_by: 'tests',
        max_model_len: upstream.contextTokens,
      }));
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ object: 'list', data }));
      return;
    }
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
    if (request.method === 'POST' && request.url?.split('?')[0] === '/v1/embeddings') {
      await embeddings.answer(request, text, response);
      return;
    }
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
      response.writeHead(404).end();
      return;
    }
    const closed = once(response, 'close').then(() => {
      recorded.aborted = !response.writableFinished;
    });
    const recorded: RecordedRequest = {
      headers: request.headers,
      body: JSON.parse(text) as RecordedRequest['body'],
      aborted: false,
      closed,
    };
    requests.push(recorded);
    const next = replies.shift() ?? answer;
    await send(response, typeof next === 'function' ? next(recorded) : next, recorded.body.model);
  }

  server.on('connection', () => connections++);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const upstream: Upstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    get connections() {
      return connections;
    },
    models: ['test-model'],
    contextTokens: undefined,
    script: (...more) => void replies.push(...more),
    embeddings,
    reset() {
      embeddings.reset();
      requests.length = 0;
      replies.length = 0;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return upstream;
}

/** Answers from what it was sent: recalls a name told earlier, reports tool results, else repeats the last message. */
export function answerFromConversation({ body: { messages } }: RecordedRequest): Reply {
  const last = messages.at(-1);
  const asked = String(last?.content);
  if (last?.role === 'tool') return { text: ['The tool ', 'said: ', asked] };
  if (/what is my name/i.test(asked)) {
    const told = messages.map(({ content }) => /my name is (\w+)/i.exec(String(content))?.[1]).findLast(Boolean);
    return { text: ['Your name is ', told ?? 'unknown to me', '.'] };
  }
  return { text: ['You said: ', ...asked.split(/(?<= )/)] };
}

async function send(response: ServerResponse, reply: Reply, model: string): Promise<void> {
  if (reply.hang) return;
  if (reply.error) {
    const { status, body = '', headers } = reply.error;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
    return;
  }
  if (reply.json) {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(reply.json));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const pieces = reply.raw ?? [
    ...toChunks(reply, model).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`),
    'data: [DONE]\n\n',
  ];
  for (const [index, piece] of pieces.entries()) {
    if (index === reply.pause?.after) await Promise.race([reply.pause.until, once(response, 'close')]);
    if (index === reply.breakAfter) {
      // What was written must leave before the connection breaks.
      await sleep(5);
      response.destroy();
      return;
    }
    if (reply.delayMs) await sleep(reply.delayMs);
    if (response.destroyed) return;
    response.write(piece);
    if (reply.raw) await sleep(2);
  }
  response.end();
}
