import { type Assistant, type Message, OpenAIError, type Run, type Thread } from '@cogitator-ai/openai-protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { startTestServer } from './server/start-test-server.ts';
import { connectApi } from './wire/api.ts';
import { addFile, createStore } from './vector-stores/stores.ts';
import { theDataOf } from './wire/event-stream.ts';
import type { WireResponse } from './wire/request.ts';

const server = await startTestServer();
const api = connectApi(server.baseURL);
// The server complains there if it has logged an error of its own.
afterAll(() => server.close());

const assistant = await api.post<Assistant>('/assistants', { model: server.model, instructions: 'x' });
const free = await api.post<Thread>('/threads');
const thread = await api.post<Thread>('/threads');
const message = await api.post<Message>(`/threads/${thread.id}/messages`, { role: 'user', content: 'x' });
server.upstream.script({ toolCalls: [{ id: 'call_A', name: 'f', arguments: ['{}'] }] });
const run = theDataOf(
  await api.transcript(`/threads/${thread.id}/runs`, {
    assistant_id: assistant.id,
    tools: [{ type: 'function', function: { name: 'f' } }],
  }),
  'thread.run.requires_action',
);
const storeId = await createStore(api);
const fileId = await addFile(api, storeId, 'a.txt', 'apples', { attributes: { a: 'b' } });
const store = `/vector_stores/${storeId}`;

const FORM = 'multipart/form-data; boundary=b';
const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);

const BODIES: Record<string, string> = {
  null: 'null',
  array: '[]',
  'array of everything': '[null,1,"x",{},[]]',
  text: '"x"',
  'deep arrays': nested(20_000, '[', ']'),
  'deep objects': `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  'deep metadata': `{"model":"x","metadata":${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}}`,
  'deep schema': `{"model":"x","tools":[{"type":"function","function":{"name":"f","parameters":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}}]}`,
  prototype: '{"__proto__":{"model":"x"},"constructor":{"prototype":{}},"toString":1}',
  'prototype in metadata': '{"model":"x","role":"user","content":"x","metadata":{"__proto__":"a","constructor":"b"}}',
  'half a character': '{"model":"\\ud800","role":"user","content":"\\udfff","metadata":{"\\ud800":"\\udc00"}}',
  'zero bytes': '{"model":"\\u0000","role":"user","content":"\\u0000"}',
  'numbers of every size':
    '{"model":"x","temperature":1e999,"top_p":-1e-999,"max_prompt_tokens":1e308,"max_completion_tokens":9007199254740993}',
  'wrong everywhere':
    '{"model":[],"name":{},"tools":{},"metadata":[],"messages":{},"content":{},"role":[],"assistant_id":{},"tool_outputs":{},"stream":"yes","thread":[],"tool_resources":[],"response_format":[],"truncation_strategy":[],"additional_messages":"x"}',
  'nulls everywhere':
    '{"model":null,"name":null,"tools":null,"metadata":null,"messages":null,"content":null,"role":null,"assistant_id":null,"tool_outputs":null,"stream":null,"thread":null}',
  'odd lists':
    '{"model":"x","tools":[null,1,{"type":null},{"type":"function"}],"messages":[null],"tool_outputs":[null,{"tool_call_id":5},{}],"content":[null,{"type":"x"}],"role":"user","assistant_id":""}',
  'search for anything':
    '{"query":"\\u0000 \\ud800 * \\" OR 1=1","filters":{"type":"eq","key":"__proto__","value":"x"}}',
  'search for too much': JSON.stringify({ query: 'a '.repeat(1_000_000) }),
  'deep filters': `{"query":"x","filters":${'{"type":"and","filters":['.repeat(5000)}${']}'.repeat(5000)}}`,
  'many filters': JSON.stringify({ query: 'apples', filters: manyFilters() }),
  'odd filters':
    '{"query":["x"],"filters":{"type":"or","filters":[null,{"type":"in","key":"a","value":[[]]},{"type":"eq"}]}}',
  'odd files': '{"file_id":"\\u0000","file_ids":[null,"__proto__"],"files":[{}],"attributes":{"a":{}}}',
  'the same key twice': '{"model":"x","model":5}',
};

const IDS = [
  'undefined',
  'null',
  '%00',
  '%F0%9F%A6%9C',
  '%ff',
  '%',
  '..%2f..%2fetc%2fpasswd',
  '__proto__',
  'constructor',
  'thread_',
  'thread_%00',
  'thread_x%2Fruns',
  `thread_${'x'.repeat(4000)}`,
  'asst_..',
  'msg_%20',
  'run_%22%3B--',
  'step_*',
  'file-..%2F..',
];

/** Every path that has ids, around one of them. */
const pathsWith = (id: string): string[] => [
  `/assistants/${id}`,
  `/threads/${id}`,
  `/threads/${id}/messages`,
  `/threads/${id}/runs`,
  `/threads/${thread.id}/messages/${id}`,
  `/threads/${thread.id}/runs/${id}`,
  `/threads/${thread.id}/runs/${id}/cancel`,
  `/threads/${thread.id}/runs/${id}/submit_tool_outputs`,
  `/threads/${thread.id}/runs/${id}/steps`,
  `/threads/${thread.id}/runs/${run.id}/steps/${id}`,
  `/files/${id}`,
  `/files/${id}/content`,
  `/models/${id}`,
  `/vector_stores/${id}`,
  `/vector_stores/${id}/search`,
  `/vector_stores/${id}/files`,
  `/vector_stores/${id}/file_batches`,
  `${store}/files/${id}`,
  `${store}/files/${id}/content`,
  `${store}/file_batches/${id}`,
  `${store}/file_batches/${id}/cancel`,
  `${store}/file_batches/${id}/files`,
];

const POSTS = [
  '/assistants',
  `/assistants/${assistant.id}`,
  '/threads',
  `/threads/${thread.id}`,
  '/threads/runs',
  `/threads/${free.id}/messages`,
  `/threads/${free.id}/runs`,
  `/threads/${thread.id}/messages`,
  `/threads/${thread.id}/messages/${message.id}`,
  `/threads/${thread.id}/runs`,
  `/threads/${thread.id}/runs/${run.id}`,
  `/threads/${thread.id}/runs/${run.id}/submit_tool_outputs`,
  '/vector_stores',
  store,
  `${store}/search`,
  `${store}/files`,
  `${store}/files/${fileId}`,
  `${store}/file_batches`,
];

const LISTS = [
  '/assistants',
  `/threads/${thread.id}/messages`,
  `/threads/${thread.id}/runs`,
  `/threads/${thread.id}/runs/${run.id}/steps`,
  '/files',
  '/vector_stores',
  `${store}/files`,
];

/** What is wrong with an answer: it should be a refusal with a whole error, or a success. */
function faultOf(what: string, { status, headers, body }: WireResponse): string[] {
  if (status === 200) return [];
  const text = body.toString();
  const isRefusal = status >= 400 && status < 500 && headers['content-type'] === 'application/json';
  return isRefusal && isWholeError(JSON.parse(text)) ? [] : [`${what}: ${status} ${text.slice(0, 300)}`];
}

function isWholeError(value: unknown): boolean {
  const { success, data } = OpenAIError.safeParse(value);
  return success && data.error.type === 'invalid_request_error' && /^.{1,2000}$/s.test(data.error.message);
}

describe('hostile input is no fault of the server', () => {
  it.each(Object.entries(BODIES))('in a body: %s', async (_, body) => {
    const faults: string[] = [];
    for (const path of POSTS) faults.push(...faultOf(path, await api.send('POST', path, { body })));
    expect(faults).toEqual([]);
  });

  it.each(IDS)('in an id: %s', async (id) => {
    const faults: string[] = [];
    for (const path of pathsWith(id)) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const response = await api.send(method, path, method === 'POST' ? { body: {} } : {});
        faults.push(...faultOf(`${method} ${path}`, response));
        if (response.status === 200) faults.push(`${method} ${path} is accepted`);
      }
    }
    expect(faults).toEqual([]);
  });

  it.each([
    'limit=-1',
    'limit=1e9',
    'limit=1.5',
    'limit=%00',
    'limit=',
    'limit=1&limit=2',
    'order=',
    'order=ASC',
    'after=undefined',
    'after=%00',
    `after=${'x'.repeat(5000)}`,
    'before=%F0%9F%A6%9C',
    'after[]=x',
    'include[]=x',
    'include=__proto__',
    'run_id=%00',
    'run_id=undefined',
    'purpose=%00',
    '__proto__=x',
    'constructor=x',
    '%=%',
    '&&=&=',
  ])('in a query: %s', async (query) => {
    const faults: string[] = [];
    for (const path of LISTS) faults.push(...faultOf(path, await api.send('GET', `${path}?${query}`)));
    expect(faults).toEqual([]);
  });

  it.each([
    ['no boundary', 'multipart/form-data', 'x'],
    ['an empty form', 'multipart/form-data; boundary=b', ''],
    ['a boundary of nothing', 'multipart/form-data; boundary=""', '--\r\n'],
    ['a form without an end', FORM, '--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nabc'],
    ['a part without headers', FORM, '--b\r\n\r\nabc\r\n--b--\r\n'],
    ['a part without a name', FORM, '--b\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--b--\r\n'],
    [
      'a purpose like a file and a file like a field',
      FORM,
      `${part('purpose"; filename="p', 'assistants')}${part('file', 'abc')}--b--\r\n`,
    ],
    [
      'two files',
      FORM,
      `${part('purpose', 'assistants')}${part('file"; filename="a', 'a')}${part('file"; filename="b', 'b')}--b--\r\n`,
    ],
  ])('in an upload: %s', async (_, contentType, body) => {
    const response = await api.send('POST', '/files', { body, headers: { 'content-type': contentType } });
    expect(faultOf('POST /files', response)).toEqual([]);
  });

  it.each(['../../etc/passwd', '..\\..\\boot.ini', '/etc/passwd'])('in the name of a file: %s', async (name) => {
    const body = `${part('purpose', 'assistants')}${part(`file"; filename="${name}`, 'abc')}--b--\r\n`;
    const response = await api.send('POST', '/files', { body, headers: { 'content-type': FORM } });
    expect(JSON.parse(response.body.toString())).toMatchObject({ filename: name.split(/[/\\]/).at(-1) });
  });

  it('and leaves everything as it was', async () => {
    expect(await api.get(`/threads/${thread.id}/messages/${message.id}`)).toMatchObject({ content: message.content });
    expect(await api.get<Run>(`/threads/${thread.id}/runs/${run.id}`)).toMatchObject({ status: 'requires_action' });
    const { data } = await api.get<{ data: Message[] }>(`/threads/${thread.id}/messages`);
    expect(data.map(({ id }) => id)).toEqual([message.id]);
    expect(await api.post(`${store}/search`, { query: 'apples' })).toMatchObject({ data: [{ file_id: fileId }] });
  });
});

/** More comparisons than are made for one search, in filters that are wide and deep. */
function manyFilters(): object {
  let filter: object = { type: 'ne', key: 'a', value: 'x' };
  for (const width of [1000, 200]) filter = { type: 'and', filters: Array.from({ length: width }, () => filter) };
  return filter;
}

function part(name: string, value: string): string {
  return `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
}
