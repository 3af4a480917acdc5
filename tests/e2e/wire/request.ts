import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request, type RequestOptions } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface WireRequest {
  headers?: Record<string, string>;
  /** Sent as JSON; a string or bytes are sent as they are. */
  body?: unknown;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request on a connection of its own; resolves with the headers. */
export async function openRequest(
  url: string,
  method: string,
  { headers = {}, body }: WireRequest = {},
): Promise<IncomingMessage> {
  const content = toContent(body);
  const options: RequestOptions = {
    method,
    agent: false,
    headers: {
      ...(content !== undefined && {
        'content-type': 'application/json',
        // Node leaves it out where a method usually has no body.
        'content-length': Buffer.byteLength(content),
      }),
      ...headers,
    },
  };
  const outgoing = request(url, options);
  outgoing.end(content);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return response;
}

/** One request, with its whole answer. */
export async function sendRequest(url: string, method: string, options?: WireRequest): Promise<WireResponse> {
  const response = await openRequest(url, method, options);
  return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
}

function toContent(body: unknown): string | Uint8Array | undefined {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return body;
  return JSON.stringify(body);
}
