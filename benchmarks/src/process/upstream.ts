import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { reportUsage } from './report.ts';

/** A model that says the number of tokens that it is asked for, one each 1/RATE s (0: all at once). */
const rate = Number(process.env['RATE']);
/** The first token of each second is the time when it was sent, in ms. */
const stampEvery = rate || Infinity;

const chunk = (content: string, finishReason: string | null = null): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: { content }, finish_reason: finishReason }],
  })}\n\n`;
const TAIL = `${chunk('', 'stop')}data: [DONE]\n\n`;

const server = createServer((request, response) => {
  if (request.url === '/v1/models') return void response.end('{"data":[{"id":"m"}]}');
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  void text(request).then((body) => say(Number(/Say (\d+) tokens/.exec(body)?.[1]), response));
});

function say(tokens: number, response: ServerResponse): void {
  let sent = 0;
  const send = (): void => {
    response.write(
      chunk(sent % stampEvery === 0 ? ` @${performance.timeOrigin + performance.now()}` : ` token${sent}`),
    );
    if (++sent < tokens) return;
    clearInterval(timer);
    response.end(TAIL);
  };
  const began = performance.now();
  // By the time that has passed, since ticks come late and later.
  const tick = (): void => {
    const due = ((performance.now() - began) * rate) / 1000;
    while (sent < Math.min(due, tokens)) send();
  };
  const timer = rate > 0 ? setInterval(tick, 1000 / rate) : undefined;
  if (rate === 0) while (sent < tokens) send();
  response.on('close', () => clearInterval(timer));
}

server.listen(0, '127.0.0.1');
await once(server, 'listening');
reportUsage(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
