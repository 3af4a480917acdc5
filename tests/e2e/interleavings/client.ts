import { OpenAIError } from '@cogitator-ai/openai-protocol';
import { json } from 'node:stream/consumers';
import { type LiveEventStream, readEventStream } from '../wire/event-stream.ts';
import { openRequest } from '../wire/request.ts';
import type { Interval } from './history.ts';

/** An answer that is an object, a stream or a refusal. */
export type Answer<T> = Interval & ({ object: T } | { stream: LiveEventStream } | { refusal: string; status: number });

/** @param url - Of a thread. */
export async function ask<T>(method: string, url: string, body?: object): Promise<Answer<T>> {
  const from = performance.now();
  const response = await openRequest(url, method, { body });
  const status = response.statusCode ?? 0;
  if (response.headers['content-type']?.startsWith('text/event-stream')) {
    return { stream: readEventStream(response), from, to: performance.now() };
  }
  const answer = await json(response);
  const to = performance.now();
  if (status === 200) return { object: answer as T, from, to };
  return { refusal: OpenAIError.parse(answer).error.message, status, from, to };
}
