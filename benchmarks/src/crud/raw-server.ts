import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reportUsage } from '../process/report.ts';

/**
 * The least a server can do for the same bytes: node:http, a Map, JSON. The key is compared, the body parsed, the object
 * built and serialised once; nothing is validated, no header added.
 */
const assistants = new Map<string, string>();
const threads = new Map<string, { text: string; messages: string[] }>();
let count = 0;
const nextId = (prefix: string): string => `${prefix}_${String(++count).padStart(26, '0')}`;

const server = createServer((request, response) => {
  const answer = (text: string): void => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    response.end(text);
  };
  if (request.headers.authorization !== 'Bearer sk-benchmark') return void response.writeHead(401).end();
  const [, , kind, id = '', collection] = (request.url ?? '').split(/[/?]/);
  if (request.method === 'GET') {
    const thread = threads.get(id);
    if (kind === 'assistants') return answer(assistants.get(id) ?? '');
    if (collection !== 'messages') return answer(thread?.text ?? '');
    const page = thread?.messages.slice(-20).toReversed() ?? [];
    return answer(`{"object":"list","data":[${page.join(',')}],"first_id":null,"last_id":null,"has_more":true}`);
  }
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  request.on('end', () => answer(create(kind, id, collection, JSON.parse(text) as Record<string, string>)));
});

function create(
  kind: string | undefined,
  id: string,
  collection: string | undefined,
  body: Record<string, string>,
): string {
  const createdAt = Math.floor(Date.now() / 1000);
  if (collection === 'messages') {
    const message = JSON.stringify({
      id: nextId('msg'),
      object: 'thread.message',
      created_at: createdAt,
      thread_id: id,
      status: 'completed',
      incomplete_details: null,
      completed_at: createdAt,
      incomplete_at: null,
      role: body['role'],
      content: [{ type: 'text', text: { value: body['content'], annotations: [] } }],
      assistant_id: null,
      run_id: null,
      attachments: [],
      metadata: {},
    });
    threads.get(id)?.messages.push(message);
    return message;
  }
  if (kind === 'threads') {
    const threadId = nextId('thread');
    const thread = JSON.stringify({
      id: threadId,
      object: 'thread',
      created_at: createdAt,
      metadata: {},
      tool_resources: {},
    });
    threads.set(threadId, { text: thread, messages: [] });
    return thread;
  }
  const assistantId = nextId('asst');
  const assistant = JSON.stringify({
    id: assistantId,
    object: 'assistant',
    created_at: createdAt,
    name: null,
    description: null,
    model: body['model'],
    instructions: body['instructions'],
    tools: [],
    top_p: 1,
    temperature: 1,
    reasoning_effort: null,
    tool_resources: {},
    metadata: {},
    response_format: 'auto',
  });
  assistants.set(assistantId, assistant);
  return assistant;
}

server.listen(0, '127.0.0.1');
await once(server, 'listening');
reportUsage(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
