import type { Assistant, FileObject, Message, Run, Thread } from '@cogitator-ai/openai-protocol';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer } from './server/start-test-server.ts';
import { connectApi } from './wire/api.ts';
import { theDataOf } from './wire/event-stream.ts';
import {
  invalidType,
  invalidValue,
  missingParameter,
  readRefusal,
  type Refusal,
  refusal,
  stringTooLong,
  unknownParameter,
} from './wire/refusal.ts';
import { sendRequest } from './wire/request.ts';

const server = await startTestServer();
const { upstream, model } = server;
const api = connectApi(server.baseURL);
beforeEach(() => upstream.reset());
afterAll(() => server.close());

async function upload(purpose = 'vision'): Promise<string> {
  const body =
    `--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n${purpose}\r\n` +
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nx\r\n--b--\r\n';
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  const answer = await sendRequest(`${server.baseURL}/files`, 'POST', { body, headers });
  return (JSON.parse(answer.body.toString()) as FileObject).id;
}

const shown = (value: string) => ({ type: 'text', text: { value, annotations: [] } });
const newThread = (body: object = {}) => api.post<Thread>('/threads', body);
const refused = async (path: string, body: object) => readRefusal(await api.send('POST', path, { body }));

describe('the content of a message', () => {
  it('may be parts of every kind, shown in their order', async () => {
    const { id } = await newThread();
    const [file, url] = [await upload(), 'https://images.test/a.png'];
    const { content } = await api.post<Message>(`/threads/${id}/messages`, {
      role: 'user',
      content: [
        { type: 'text', text: 'One' },
        { type: 'image_file', image_file: { file_id: file } },
        { type: 'image_file', image_file: { file_id: file, detail: 'high' } },
        { type: 'image_url', image_url: { url, detail: 'low' } },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        { type: 'text', text: 'Two' },
      ],
    });
    expect(content).toEqual([
      shown('One'),
      { type: 'image_file', image_file: { file_id: file, detail: 'auto' } },
      { type: 'image_file', image_file: { file_id: file, detail: 'high' } },
      { type: 'image_url', image_url: { url, detail: 'low' } },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'auto' } },
      shown('Two'),
    ]);
  });

  it('may have 256,000 characters, in a part as in a text', async () => {
    const { id } = await newThread();
    const text = '🦜'.repeat(256_000);
    for (const content of [text, [{ type: 'text', text }]]) {
      const message = await api.post<Message>(`/threads/${id}/messages`, { role: 'user', content });
      expect(message.content).toEqual([shown(text)]);
    }
  });

  it.each<[what: string, content: unknown, refusal: Partial<Refusal>]>([
    ['a number', 5, { param: 'content', code: 'invalid_type' }],
    ['null', null, { param: 'content', code: 'invalid_type' }],
    ['a part without a type', [{ text: 'x' }], missingParameter('content[0].type')],
    [
      'a refusal',
      [{ type: 'refusal', refusal: 'x' }],
      invalidValue('content[0].type', 'refusal', "'text', 'image_url', and 'image_file'"),
    ],
    [
      'a text as it is shown',
      [{ type: 'text', text: { value: 'x' } }],
      invalidType('content[0].text', 'a string', 'an object'),
    ],
    [
      'a part too long',
      [{ type: 'text', text: 'x'.repeat(256_001) }],
      stringTooLong('content[0].text', 256_000, 256_001),
    ],
    ['a part of nothing', [{ type: 'text', text: ' ' }], { param: 'content[0].text' }],
    ['an image of nothing', [{ type: 'image_url' }], missingParameter('content[0].image_url')],
    ['an image without a URL', [{ type: 'image_url', image_url: {} }], missingParameter('content[0].image_url.url')],
    [
      'an image of another detail',
      [{ type: 'image_url', image_url: { url: 'https://images.test/a.png', detail: 'tiny' } }],
      invalidValue('content[0].image_url.detail', 'tiny', "'auto', 'low', and 'high'"),
    ],
    [
      'an image file without an id',
      [{ type: 'image_file', image_file: {} }],
      missingParameter('content[0].image_file.file_id'),
    ],
    [
      'an image file that does not exist',
      [{ type: 'image_file', image_file: { file_id: 'file-none' } }],
      { message: 'No such File object: file-none' },
    ],
  ])('is refused as %s', async (_, content, expected) => {
    const { id } = await newThread();
    expect(await refused(`/threads/${id}/messages`, { role: 'user', content })).toMatchObject({
      status: 400,
      ...expected,
    });
    expect(await api.get(`/threads/${id}/messages`)).toMatchObject({ data: [] });
  });
});

describe('a message', () => {
  it('of the assistant may be written by the client, and belongs to no run', async () => {
    const { id } = await newThread();
    const message = await api.post<Message>(`/threads/${id}/messages`, { role: 'assistant', content: 'Hello' });
    expect(message).toMatchObject({
      role: 'assistant',
      status: 'completed',
      assistant_id: null,
      run_id: null,
      completed_at: message.created_at,
    });
  });

  it('takes new metadata as a whole, and nothing else', async () => {
    const { id } = await newThread();
    const message = await api.post<Message>(`/threads/${id}/messages`, {
      role: 'user',
      content: 'x',
      metadata: { a: '1', b: '2' },
    });
    const path = `/threads/${id}/messages/${message.id}`;
    expect(await refused(path, { content: 'y' })).toEqual(unknownParameter('content'));
    expect(await refused(path, { role: 'assistant' })).toEqual(unknownParameter('role'));
    expect(await api.post(path, {})).toEqual(message);
    expect(await api.post(path, { metadata: { c: '3' } })).toEqual({ ...message, metadata: { c: '3' } });
    expect(await api.post(path, { metadata: null })).toEqual({ ...message, metadata: {} });
  });

  it('has nothing attached unless something is', async () => {
    const { id } = await newThread();
    for (const attachments of [undefined, null, []]) {
      const message = await api.post(`/threads/${id}/messages`, { role: 'user', content: 'x', attachments });
      expect(message).toMatchObject({ attachments: [] });
    }
  });

  it('keeps the id of an attached file that is deleted', async () => {
    const { id } = await newThread();
    const attachments = [{ file_id: await upload('assistants'), tools: [{ type: 'code_interpreter' }] }];
    const message = await api.post<Message>(`/threads/${id}/messages`, { role: 'user', content: 'x', attachments });
    expect((await api.send('DELETE', `/files/${attachments[0]!.file_id}`)).status).toBe(200);
    expect(await api.get(`/threads/${id}/messages/${message.id}`)).toEqual(message);
  });

  it.each<[what: string, attachment: object, refusal: Partial<Refusal>]>([
    ['a file without tools', { file_id: 'file-1' }, missingParameter('attachments[0].tools')],
    ['tools without a file', { tools: [{ type: 'code_interpreter' }] }, missingParameter('attachments[0].file_id')],
    ['no tools', { file_id: 'file-1', tools: [] }, { param: 'attachments[0].tools', code: 'empty_array' }],
    [
      'a function',
      { file_id: 'file-1', tools: [{ type: 'function' }] },
      invalidValue('attachments[0].tools[0].type', 'function', "'code_interpreter' and 'file_search'"),
    ],
    [
      'a file that does not exist',
      { file_id: 'file-none', tools: [{ type: 'file_search' }] },
      { message: 'No such File object: file-none' },
    ],
  ])('is refused with an attachment of %s', async (_, attachment, expected) => {
    const { id } = await newThread();
    const body = { role: 'user', content: 'x', attachments: [attachment] };
    expect(await refused(`/threads/${id}/messages`, body)).toMatchObject({ status: 400, ...expected });
  });
});

describe('messages of a thread', () => {
  const textsOf = async (threadId: string, query: string) =>
    (await api.get<{ data: Message[] }>(`/threads/${threadId}/messages?${query}`)).data.map(
      ({ content }) => (content[0] as { text: { value: string } }).text.value,
    );

  it('are paged: 25 of them are 20, newest first, and 5', async () => {
    const texts = Array.from({ length: 25 }, (_, n) => `${n}`);
    const { id } = await newThread({ messages: texts.map((content) => ({ role: 'user', content })) });
    const page = (query: string) =>
      api.get<{ data: Message[]; first_id: string; last_id: string; has_more: boolean }>(
        `/threads/${id}/messages?${query}`,
      );
    const first = await page('');
    expect(first.data).toHaveLength(20);
    expect(first).toMatchObject({
      object: 'list',
      first_id: first.data[0]!.id,
      last_id: first.data[19]!.id,
      has_more: true,
    });
    expect(await textsOf(id, '')).toEqual(texts.toReversed().slice(0, 20));
    expect(await page(`after=${first.last_id}`)).toMatchObject({ has_more: false });
    expect(await textsOf(id, `after=${first.last_id}`)).toEqual(texts.toReversed().slice(20));
    // All have the same time of creation, or nearly: their order is that in which they were given.
    expect(await textsOf(id, 'order=asc&limit=100')).toEqual(texts);
  });

  it('are found before another, the nearest ones, in the order asked for', async () => {
    const { id } = await newThread({
      messages: ['a', 'b', 'c', 'd'].map((content) => ({ role: 'user', content })),
    });
    const { data } = await api.get<{ data: Message[] }>(`/threads/${id}/messages?order=asc`);
    const [a, b, , d] = data.map((message) => message.id);
    expect(await textsOf(id, `before=${b}&order=asc`)).toEqual(['a']);
    expect(await textsOf(id, `before=${a}`)).toEqual(['d', 'c', 'b']);
    expect(await textsOf(id, `before=${a}&limit=2`)).toEqual(['c', 'b']);
    expect(await textsOf(id, `before=${d}&limit=2&order=asc`)).toEqual(['b', 'c']);
    expect(await textsOf(id, `after=${d}&before=${a}`)).toEqual(['c', 'b']);
  });

  it('are found behind one that is deleted', async () => {
    const { id } = await newThread({ messages: ['a', 'b', 'c'].map((content) => ({ role: 'user', content })) });
    const { data } = await api.get<{ data: Message[] }>(`/threads/${id}/messages?order=asc`);
    await api.send('DELETE', `/threads/${id}/messages/${data[1]!.id}`);
    expect(await textsOf(id, `after=${data[1]!.id}&order=asc`)).toEqual(['c']);
    expect(await textsOf(id, `before=${data[1]!.id}&order=asc`)).toEqual(['a']);
  });

  it('may be those of one run', async () => {
    const assistant = await api.post<Assistant>('/assistants', { model });
    const { id } = await newThread({ messages: [{ role: 'user', content: 'Hello' }] });
    const runs: Run[] = [];
    for (const text of ['One', 'Two']) {
      upstream.script({ text: [text] });
      const events = await api.transcript(`/threads/${id}/runs`, { assistant_id: assistant.id });
      runs.push(theDataOf(events, 'thread.run.completed'));
    }
    expect(await textsOf(id, '')).toEqual(['Two', 'One', 'Hello']);
    expect(await textsOf(id, `run_id=${runs[0]!.id}`)).toEqual(['One']);
    expect(await textsOf(id, `run_id=${runs[1]!.id}`)).toEqual(['Two']);
  });
});

describe('a thread', () => {
  it('may begin with a hundred messages', async () => {
    const { id } = await newThread({
      messages: Array.from({ length: 100 }, (_, n) => ({ role: 'user', content: `${n}` })),
    });
    const { data } = await api.get<{ data: Message[] }>(`/threads/${id}/messages?limit=100&order=asc`);
    expect(data.map(({ content }) => content)).toEqual(Array.from({ length: 100 }, (_, n) => [shown(`${n}`)]));
  });

  it('takes nothing but metadata and tool_resources later', async () => {
    const thread = await newThread({ metadata: { a: '1' } });
    const path = `/threads/${thread.id}`;
    expect(await refused(path, { messages: [] })).toEqual(unknownParameter('messages'));
    expect(await api.post(path, {})).toEqual(thread);
    expect(await api.post(path, { metadata: null })).toEqual({ ...thread, metadata: {} });
  });

  it('is not listed with others', async () => {
    expect(readRefusal(await api.send('GET', '/threads'))).toEqual(
      refusal(null, 'method_not_supported', 'Only POST requests are accepted.', 405),
    );
  });

  it('takes runs and steps along when deleted, and leaves files', async () => {
    const file = await upload('assistants');
    const assistant = await api.post<Assistant>('/assistants', { model });
    const { id } = await newThread({
      messages: [{ role: 'user', content: 'x' }],
      tool_resources: { code_interpreter: { file_ids: [file] } },
    });
    const run = theDataOf(
      await api.transcript(`/threads/${id}/runs`, { assistant_id: assistant.id }),
      'thread.run.completed',
    );
    const { data: steps } = await api.get<{ data: { id: string }[] }>(`/threads/${id}/runs/${run.id}/steps`);
    await api.send('DELETE', `/threads/${id}`);
    const gone = refusal(null, null, `No thread found with id '${id}'.`, 404);
    for (const path of ['/runs', `/runs/${run.id}`, `/runs/${run.id}/steps`, `/runs/${run.id}/steps/${steps[0]!.id}`]) {
      expect(readRefusal(await api.send('GET', `/threads/${id}${path}`))).toEqual(gone);
    }
    expect(await api.get(`/files/${file}`)).toMatchObject({ id: file });
  });
});
