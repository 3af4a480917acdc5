import { Agent } from 'undici';
import { appendPath, KEEP_ALIVE_MS } from '../http/endpoint.ts';
import { normalise } from './normalise.ts';
import { type Endpoint, postTexts } from './post-texts.ts';
import { readVectors } from './read-vectors.ts';
import type { Refusal } from './refusal.ts';

/** Most texts of one request, so that its answer fits in memory. */
const MAX_TEXTS = 256;
/** Requests are never made smaller for good than this, whatever was refused. */
const MIN_TEXTS = 8;
/** Texts shorter than this, in UTF-16 units, are not cut: nothing refuses them for their length. */
const MIN_CUT = 256;

export interface OpenAICompatibleEmbedderOptions {
  /** URL that `/embeddings` is appended to, such as `https://api.openai.com/v1`. Its query, if any, is kept. */
  baseUrl: string;
  /** Sent as a bearer token. Default none. */
  apiKey?: string;
  headers?: Readonly<Record<string, string>>;
  model: string;
  /** Asked of the endpoint, which must know how. Default the model's own, and nothing is asked. */
  dimensions?: number;
  /** Default the model, with `@` and the dimensions where they are asked for. */
  name?: string;
  /** Longest wait until a connection stands, in ms. Default 10,000. */
  connectTimeoutMs?: number;
  /** Longest wait for an answer, in ms. What may pass is tried four times. Default 60,000. */
  timeoutMs?: number;
}

/** Turns texts into vectors whose angles say how much they are alike in meaning. */
export interface OpenAICompatibleEmbedder {
  /** Model and dimensions: vectors of the same name can be compared. */
  readonly name: string;

  /**
   * A vector of length 1 for each text, in order, all of the same dimensions. Zeros where the model finds nothing in a text.
   *
   * @throws {@link EmbeddingError}, or the signal's reason.
   */
  embed(texts: readonly string[], options: { signal: AbortSignal }): Promise<Float32Array[]>;

  /** What is under way fails. May be called twice. */
  close(): Promise<void>;
}

/**
 * Embeds with any endpoint that has OpenAI's `POST /embeddings`.
 *
 * What may pass, such as too many requests, is tried again. Where there are too many texts for the endpoint, they are sent in
 * halves; where a single one is too long for the model, its vector is the mean of those of its halves.
 *
 * @throws `TypeError` for a `baseUrl` that is no URL.
 */
export function createOpenAICompatibleEmbedder(options: OpenAICompatibleEmbedderOptions): OpenAICompatibleEmbedder {
  const { baseUrl, apiKey, headers, model, dimensions, connectTimeoutMs = 10_000, timeoutMs = 60_000 } = options;
  const { name = dimensions === undefined ? model : `${model}@${dimensions}` } = options;
  const url = appendPath(baseUrl, '/embeddings');
  const endpoint: Endpoint = {
    title: `The embeddings endpoint of ${url.origin}`,
    url,
    apiKey,
    headers: {
      'content-type': 'application/json',
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      ...headers,
    },
    dispatcher: new Agent({
      connect: { timeout: connectTimeoutMs },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
    }),
    timeoutMs,
  };
  /** Base64 has a quarter of the size of figures and is read faster, but Google and older vLLMs refuse it. */
  let encoding: 'base64' | 'float' = 'base64';
  let isEncodingKnown = false;
  let maxTexts = MAX_TEXTS;
  let expectedDimensions = dimensions;

  async function ask(
    texts: readonly string[],
    signal: AbortSignal,
    asked = encoding,
  ): Promise<Float32Array[] | Refusal> {
    const body = {
      model,
      input: texts,
      // Figures are the default, and not all who answer with them know the field.
      ...(asked === 'base64' && { encoding_format: asked }),
      ...(dimensions !== undefined && { dimensions }),
    };
    const answer = await postTexts(endpoint, body, signal);
    if ('body' in answer) {
      const vectors = readVectors(endpoint.title, answer.body, { count: texts.length, dimensions: expectedDimensions });
      expectedDimensions ??= vectors[0]?.length;
      encoding = asked;
      isEncodingKnown = true;
      return vectors;
    }
    const { refusal } = answer;
    const mayBeEncoding = asked === 'base64' && !isEncodingKnown && refusal.isMalformed && !refusal.isTooMuch;
    return mayBeEncoding ? ask(texts, signal, 'float') : refusal;
  }

  async function embedBatch(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const answer = await ask(texts, signal);
    if (Array.isArray(answer)) return answer;
    if (!answer.isTooMuch) throw answer.error;
    const [only] = texts;
    if (texts.length === 1 && only !== undefined) return [await embedHalves(only, answer, signal)];
    const half = Math.ceil(texts.length / 2);
    maxTexts = Math.min(maxTexts, Math.max(half, MIN_TEXTS));
    const first = await embedBatch(texts.slice(0, half), signal);
    return [...first, ...(await embedBatch(texts.slice(half), signal))];
  }

  async function embedHalves(text: string, { error }: Refusal, signal: AbortSignal): Promise<Float32Array> {
    if (text.length < MIN_CUT) throw error;
    const half = Math.ceil(text.length / 2);
    const [first, second] = await embedBatch([text.slice(0, half), text.slice(half)].map(toInput), signal);
    return normalise((first as Float32Array).map((value, index) => value + (second?.[index] as number)));
  }

  return {
    name,

    async embed(texts, { signal }) {
      const vectors: Float32Array[] = [];
      while (vectors.length < texts.length) {
        const batch = texts.slice(vectors.length, vectors.length + maxTexts).map(toInput);
        vectors.push(...(await embedBatch(batch, signal)));
      }
      return vectors;
    },

    close: () => endpoint.dispatcher.destroy(),
  };
}

/** Endpoints refuse texts that are empty, and some what is no Unicode. */
function toInput(text: string): string {
  return text.trim() === '' ? '.' : text.toWellFormed();
}
