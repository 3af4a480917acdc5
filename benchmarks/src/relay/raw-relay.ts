import { once } from 'node:events';
import { Agent, createServer, request as send, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reportUsage } from '../process/report.ts';

/**
 * The least a relay can do: node:http on both sides, each delta parsed and re-emitted behind a prefix that is serialised
 * once, one write a tick. No state, no validation, no keys.
 */
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
const upstream = `${process.env['OPENAI_BASE_URL']}/chat/completions`;
const body = `{"model":"m","stream":true,"messages":[{"role":"user","content":"Say ${process.env['TOKENS']} tokens."}]}`;
const HEAD =
  '{"id":"msg_1","object":"thread.message.delta","delta":{"content":[{"index":0,"type":"text","text":{"value":';

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const asked = send(upstream, { method: 'POST', agent, headers: { 'content-type': 'application/json' } }, (answer) => {
    let rest = '';
    answer.setEncoding('utf8').on('data', (text: string) => {
      const events = (rest + text).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) relay(event, response);
    });
  });
  asked.end(body);
});

const pending = new WeakMap<ServerResponse, string>();

function relay(event: string, response: ServerResponse): void {
  const data = event.slice('data: '.length);
  if (data === '[DONE]') {
    flush(response);
    response.end('event: done\ndata: [DONE]\n\n');
    return;
  }
  const { choices } = JSON.parse(data) as { choices: { delta: { content: string } }[] };
  const content = choices[0]?.delta.content;
  if (!content) return;
  const waiting = pending.get(response) ?? '';
  if (waiting === '') process.nextTick(flush, response);
  pending.set(response, `${waiting}event: thread.message.delta\ndata: ${HEAD}${JSON.stringify(content)}}}]}}\n\n`);
}

function flush(response: ServerResponse): void {
  const text = pending.get(response) ?? '';
  pending.set(response, '');
  if (text !== '') response.write(text);
}

server.listen(0, '127.0.0.1');
await once(server, 'listening');
reportUsage(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
