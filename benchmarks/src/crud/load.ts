import { Agent, request as send } from 'node:http';

/** Requests under way at a time. */
const CONCURRENCY = 16;

const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });

/** Sends one request and answers the body. @throws for any status but 200. */
export function call(url: string, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: 'Bearer sk-benchmark',
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    const asked = send(url, { method: body === undefined ? 'GET' : 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        response.statusCode === 200 ? resolve(text) : reject(new Error(`HTTP ${response.statusCode}: ${text}`)),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Sends a request so many times, some at a time. */
export async function repeat(times: number, url: string, body?: string): Promise<void> {
  let left = times;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await call(url, body);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}
