import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { type Embedder, EmbeddingError } from './embedder.ts';
import { readVectors } from './read-vectors.ts';

export interface OpenAICompatibleEmbedderOptions {
  /** Such as `https://api.openai.com/v1`. */
  baseUrl: string;
  /** Default none. */
  apiKey?: string;
  model: string;
  /** Default the model's own. */
  dimensions?: number;
  /** Longest wait for an answer, in ms. Default 60,000. */
  timeoutMs?: number;
}

/** An embedder whose connections its owner ends. */
export interface OpenAICompatibleEmbedder extends Embedder {
  close(): Promise<void>;
}

/** Pauses between attempts, in ms, where the endpoint does not say how long; some of each is left to chance. */
const PAUSES_MS = [250, 1000, 4000];
/** Longest pause that an endpoint may ask for, in ms. */
const MAX_PAUSE_MS = 20_000;
/** Largest answer, in bytes: 2,048 vectors of 4,096 dimensions as text. */
const MAX_ANSWER_BYTES = 256 * 2 ** 20;

/** What an endpoint answered. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterMs: number | null;
}

/**
 * Embeds with any endpoint that has OpenAI's `POST /embeddings`.
 *
 * What may pass, such as too many requests, is tried again; a batch that is too large for the endpoint is sent in halves.
 */
export function createOpenAICompatibleEmbedder(options: OpenAICompatibleEmbedderOptions): OpenAICompatibleEmbedder {
  const { baseUrl, apiKey, model, dimensions, timeoutMs = 60_000 } = options;
  const agent = new Agent({ connections: 4, connect: { timeout: 10_000 } });
  const url = `${baseUrl.replace(/\/+$/, '')}/embeddings`;
  const name = dimensions === undefined ? model : `${model}@${dimensions}`;

  async function ask(input: readonly string[], signal: AbortSignal): Promise<Answer> {
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const response = await request(url, {
        method: 'POST',
        dispatcher: agent,
        signal: AbortSignal.any([signal, limit]),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        headers: {
          'content-type': 'application/json',
          ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify({
          model,
          input,
          encoding_format: 'base64',
          ...(dimensions !== undefined && { dimensions }),
        }),
      });
      return {
        status: response.statusCode,
        body: parseJson(await readText(response.body)),
        retryAfterMs: readRetryAfter(response.headers['retry-after']),
      };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof EmbeddingError) throw error;
      throw new EmbeddingError(`The embeddings endpoint '${url}' cannot be reached.`, {
        cause: error,
        retryable: true,
      });
    }
  }

  async function embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    // Endpoints refuse an empty text.
    const input = texts.map((text) => (text === '' ? ' ' : text));
    for (let attempt = 0; ; attempt++) {
      const answer = await ask(input, signal).catch((error: unknown) => {
        if (!(error instanceof EmbeddingError) || !error.retryable || attempt >= PAUSES_MS.length) throw error;
        return null;
      });
      if (answer?.status === 200) return readVectors(answer.body, input.length, dimensions);
      if (answer && isTooLarge(answer) && input.length > 1) {
        const half = Math.ceil(input.length / 2);
        return [...(await embed(texts.slice(0, half), signal)), ...(await embed(texts.slice(half), signal))];
      }
      if (answer && (!mayPass(answer.status) || attempt >= PAUSES_MS.length)) {
        throw new EmbeddingError(`The embeddings endpoint answered ${answer.status}: ${messageOf(answer.body)}`, {
          retryable: mayPass(answer.status),
        });
      }
      const pauseMs = PAUSES_MS[attempt] as number;
      const ms = Math.min(answer?.retryAfterMs ?? pauseMs * (0.5 + Math.random()), MAX_PAUSE_MS);
      await sleep(ms, undefined, { signal });
    }
  }

  return {
    name,
    embed: async (texts, { signal }) => (texts.length === 0 ? [] : embed(texts, signal)),
    close: () => agent.close(),
  };
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) {
      throw new EmbeddingError('The embeddings endpoint answered too much.', { retryable: false });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function mayPass(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

/** Whether fewer texts may do. */
function isTooLarge({ status, body }: Answer): boolean {
  return status === 413 || (status === 400 && /too (many|large|long)|maximum|exceed/i.test(messageOf(body)));
}

function messageOf(body: unknown): string {
  const error = (body as { error?: { message?: unknown } | string } | null)?.error;
  const message = typeof error === 'string' ? error : error?.message;
  return typeof message === 'string' ? message.slice(0, 300) : 'no message';
}

function readRetryAfter(header: string | string[] | undefined): number | null {
  const seconds = Number(Array.isArray(header) ? header[0] : header);
  return header === undefined || !Number.isFinite(seconds) || seconds < 0 ? null : seconds * 1000;
}
