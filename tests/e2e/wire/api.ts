import { type LiveEventStream, parseEventStream, readEventStream } from './event-stream.ts';
import type { StreamEvent } from '@cogitator-ai/openai-protocol';
import { openRequest, sendRequest, type WireRequest, type WireResponse } from './request.ts';

/** The API without an SDK: every request on a connection of its own, nothing retried, nothing interpreted. */
export interface Api {
  /** @throws unless the answer is a 200. */
  get<T>(path: string): Promise<T>;
  /** @throws unless the answer is a 200. */
  post<T>(path: string, body?: unknown): Promise<T>;
  /** Any answer, as it came. */
  send(method: string, path: string, options?: WireRequest): Promise<WireResponse>;
  /** The whole stream that a request is answered with. */
  transcript(path: string, body: object): Promise<StreamEvent[]>;
  /** The stream that a request is answered with, while it is written. */
  stream(path: string, body: object): Promise<LiveEventStream>;
}

/** @param baseURL - With `/v1`; paths follow it. */
export function connectApi(baseURL: string): Api {
  const call = async (method: string, path: string, body?: unknown): Promise<never> => {
    const response = await sendRequest(baseURL + path, method, { body });
    if (response.status !== 200) throw new Error(`${method} ${path}: ${response.status} ${response.body.toString()}`);
    return JSON.parse(response.body.toString()) as never;
  };
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    send: (method, path, options) => sendRequest(baseURL + path, method, options),

    async transcript(path, body) {
      const response = await sendRequest(baseURL + path, 'POST', { body: { ...body, stream: true } });
      if (response.status !== 200) throw new Error(`POST ${path}: ${response.status} ${response.body.toString()}`);
      return parseEventStream(response.body);
    },

    async stream(path, body) {
      const response = await openRequest(baseURL + path, 'POST', { body: { ...body, stream: true } });
      if (response.statusCode !== 200) throw new Error(`POST ${path}: ${response.statusCode}`);
      return readEventStream(response);
    },
  };
}
