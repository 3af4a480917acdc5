import { StreamEvent, type StreamEventName } from '@cogitator-ai/openai-protocol';
import type { IncomingMessage } from 'node:http';

type DataOf<Name extends StreamEventName> = Extract<StreamEvent, { event: Name }>['data'];

const FRAME = /^event: ([^\r\n ]+)\ndata: ([^\r\n]+)$/;

/**
 * Reads server-sent events, and nothing but frames of the one form that every SDK accepts: a line `event: NAME`, a line
 * `data: JSON`, an empty line.
 *
 * @throws for any other byte, invalid UTF-8, and data that is not what its event promises.
 */
export function parseEventStream(bytes: Uint8Array): StreamEvent[] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  if (!text.endsWith('\n\n')) throw new Error(`The stream ends within a frame: ${JSON.stringify(text.slice(-200))}`);
  return text.slice(0, -2).split('\n\n').map(parseFrame);
}

/** A stream that is read while it is written. */
export interface LiveEventStream {
  /** The next event, or `undefined` at the end of the stream. */
  next(): Promise<StreamEvent | undefined>;
  /** Reads up to and including the next event of this name. @throws when the stream ends before. */
  readTo(name: StreamEventName): Promise<StreamEvent[]>;
  /** Reads to the end of the stream. */
  readAll(): Promise<StreamEvent[]>;
  /** Drops the connection, as a client that goes away does. */
  disconnect(): void;
}

/** @param response - An answer whose body was not read yet. */
export function readEventStream(response: IncomingMessage): LiveEventStream {
  const frames = framesOf(response);
  return {
    async next() {
      return (await frames.next()).value;
    },
    async readTo(name) {
      const events: StreamEvent[] = [];
      for (;;) {
        const { value, done } = await frames.next();
        if (done) throw new Error(`The stream ended without '${name}', after: ${namesOf(events).join(', ')}`);
        events.push(value);
        if (value.event === name) return events;
      }
    },
    readAll: () => Array.fromAsync(frames),
    disconnect: () => void response.destroy(),
  };
}

/** Names of events, in order. */
export function namesOf(events: readonly StreamEvent[]): StreamEventName[] {
  return events.map(({ event }) => event);
}

/** Data of all events of one name, in order. */
export function dataOf<Name extends StreamEventName>(events: readonly StreamEvent[], name: Name): DataOf<Name>[] {
  return events.filter(({ event }) => event === name).map(({ data }) => data as DataOf<Name>);
}

/** Data of the one event of a name. @throws when there is none or more than one. */
export function theDataOf<Name extends StreamEventName>(events: readonly StreamEvent[], name: Name): DataOf<Name> {
  const [data, ...more] = dataOf(events, name);
  if (data === undefined || more.length > 0)
    throw new Error(`Not exactly one '${name}': ${namesOf(events).join(', ')}`);
  return data;
}

async function* framesOf(response: IncomingMessage): AsyncGenerator<StreamEvent, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  for await (const chunk of response as AsyncIterable<Buffer>) {
    text += decoder.decode(chunk, { stream: true });
    const frames = text.split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) yield parseFrame(frame);
  }
  if (text !== '') throw new Error(`The stream ends within a frame: ${JSON.stringify(text)}`);
}

/** The data is returned as it came, unknown keys included. */
function parseFrame(frame: string): StreamEvent {
  const [, event, data] = FRAME.exec(frame) ?? [];
  if (event === undefined || data === undefined) throw new Error(`Not a frame: ${JSON.stringify(frame)}`);
  const value: unknown = { event, data: data === '[DONE]' ? data : JSON.parse(data) };
  StreamEvent.parse(value);
  return value as StreamEvent;
}
