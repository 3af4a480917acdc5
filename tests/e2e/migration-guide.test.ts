import { afterAll, describe, expect, it } from 'vitest';
import { startTestServer } from './server/start-test-server.ts';
import { openSnippetFolder, snippetsOf } from './snippets/snippet-folder.ts';
import { connectApi } from './wire/api.ts';

const [pointed, assistantsMoved, threadMoved] = snippetsOf('migration.md');

const server = await startTestServer();
const api = connectApi(server.baseURL);
const folder = openSnippetFolder();
afterAll(async () => {
  folder.close();
  await server.close();
});

/** As the original service listed them. */
const ASSISTANTS = {
  object: 'list',
  data: [
    {
      id: 'asst_abc123abc123abc123abc123',
      object: 'assistant',
      created_at: 1_698_982_736,
      name: 'Coding Tutor',
      description: null,
      model: 'gpt-4o',
      instructions: 'Help people to code!',
      tools: [
        { type: 'code_interpreter' },
        { type: 'function', function: { name: 'run', parameters: {}, strict: false } },
      ],
      top_p: 1.0,
      temperature: 0.7,
      reasoning_effort: null,
      tool_resources: { code_interpreter: { file_ids: ['file-abc123'] } },
      metadata: { team: 'blue' },
      response_format: 'auto',
    },
  ],
  first_id: 'asst_abc123abc123abc123abc123',
  last_id: 'asst_abc123abc123abc123abc123',
  has_more: false,
};

const said = (role: string, value: string) => ({ role, content: [{ type: 'text', text: { value, annotations: [] } }] });
const MESSAGES = {
  object: 'list',
  data: [
    { role: 'user', content: [{ type: 'image_file', image_file: { file_id: 'file-abc123' } }] },
    said('assistant', 'Hello, Alex.'),
    said('user', 'My name is Alex.'),
  ],
  has_more: false,
};

describe.each(['openai-v4', 'openai-v5', 'openai-v6', 'openai-v7'])('the guide to moving over, with %s', (sdk) => {
  const run = (code: string): Promise<string> =>
    folder.run(code.replace("'openai'", `'${sdk}'`).replace('http://localhost:8080', server.origin));

  it('points a client here', async () => {
    expect(await run(pointed!)).toBe('gpt-4o\n');
  });

  it('creates assistants again', async () => {
    folder.write('assistants.json', JSON.stringify(ASSISTANTS));
    const [was, is] = (await run(assistantsMoved!)).trim().split(' ');
    const { id, name, model, instructions, tools, temperature } = ASSISTANTS.data[0]!;
    expect(was).toBe(id);
    const settings = { name, model, instructions, tools, temperature, metadata: { team: 'blue', moved_from: id } };
    expect(await api.get(`/assistants/${is}`)).toMatchObject(settings);
  });

  it('writes a thread again', async () => {
    folder.write('messages.json', JSON.stringify(MESSAGES));
    const threadId = (await run(threadMoved!)).trim();
    expect(await api.get(`/threads/${threadId}/messages?order=asc`)).toMatchObject({
      data: [said('user', 'My name is Alex.'), said('assistant', 'Hello, Alex.')],
    });
  });
});

describe('the guide to moving over', () => {
  it('gives the demo model the names of others', async () => {
    const demo = await startTestServer({
      defaultModel: 'demo',
      modelAliases: { 'gpt-4o': 'demo', 'gpt-4-turbo': 'demo' },
    });
    const demoApi = connectApi(demo.baseURL);
    const { id } = await demoApi.post<{ id: string }>('/assistants', { model: 'gpt-4-turbo' });
    const thread = { messages: [{ role: 'user', content: 'Hello!' }] };
    const events = await demoApi.transcript('/threads/runs', { assistant_id: id, thread });
    expect(JSON.stringify(events)).toContain('This is the built-in demo model');
    expect(demo.upstream.requests).toEqual([]);
    await demo.close();
  });

  it('knows what keys share, which headers do not matter and which routes there are not', async () => {
    const keyed = await startTestServer({ apiKeys: ['sk-one', 'sk-two'] });
    const keyedApi = connectApi(keyed.baseURL);
    const one = { authorization: 'Bearer sk-one' };
    const other = { authorization: 'Bearer sk-two', 'openai-organization': 'org-x', 'openai-beta': 'assistants=v1' };
    const created = await keyedApi.send('POST', '/assistants', { headers: one, body: { model: 'gpt-4o' } });
    const { id } = JSON.parse(created.body.toString()) as { id: string };
    expect((await keyedApi.send('GET', `/assistants/${id}`, { headers: other })).status).toBe(200);
    expect((await keyedApi.send('GET', `/assistants/${id}`)).status).toBe(401);

    const missing = await keyedApi.send('POST', '/chat/completions', {
      headers: one,
      body: { model: 'gpt-4o', messages: [] },
    });
    expect(missing.status).toBe(404);
    expect(missing.body.toString()).toContain('Invalid URL (POST /v1/chat/completions)');
    await keyed.close();
  });

  it('knows the ids', async () => {
    const { id } = await api.post<{ id: string }>('/threads', {});
    expect(id).toMatch(/^thread_[0-9A-Z]{26}$/);
  });
});
