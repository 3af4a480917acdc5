import type { Assistant, Message, Run, RunStep, StreamEvent, Thread } from '@cogitator-ai/openai-protocol';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer } from './server/start-test-server.ts';
import { connectApi } from './wire/api.ts';
import { dataOf, namesOf, theDataOf } from './wire/event-stream.ts';
import { messageStep, openToolStep, RUN_BEGINS, toolStep } from './wire/expected-events.ts';
import { addFile, createStore } from './vector-stores/stores.ts';

const server = await startTestServer();
const { upstream, model } = server;
const api = connectApi(server.baseURL);
beforeEach(() => upstream.reset());
afterAll(() => server.close());

const CONTENT = 'step_details.tool_calls[*].file_search.results[*].content';
const INCLUDE = `include[]=${encodeURIComponent(CONTENT)}`;
const END = ['thread.run.completed', 'done'];

const FRUIT = 'Anna likes bananas and apples. Her brother eats no fruit at all.';
const CARS = 'The blue car belongs to Bernd, the red one to nobody.';

/** A call of file_search, and what the upstream was told as its result. */
const search = (id: string, ...queries: string[]) => ({
  id,
  name: 'file_search',
  arguments: [JSON.stringify({ queries })],
});
const toldResults = () =>
  upstream.requests
    .at(-1)!
    .body.messages.filter(({ role }) => role === 'tool')
    .map(({ content }) => String(content));

async function begin({ store, threadStore, more = {} }: { store?: string; threadStore?: string; more?: object }) {
  const assistant = await api.post<Assistant>('/assistants', {
    model,
    tools: [{ type: 'file_search' }],
    ...(store && { tool_resources: { file_search: { vector_store_ids: [store] } } }),
    ...more,
  });
  const thread = await api.post<Thread>('/threads', {
    messages: [{ role: 'user', content: 'What does Anna like?' }],
    ...(threadStore && { tool_resources: { file_search: { vector_store_ids: [threadStore] } } }),
  });
  return { assistant, thread, path: `/threads/${thread.id}/runs`, body: { assistant_id: assistant.id } };
}

async function latestMessage(threadId: string): Promise<Message> {
  const { data } = await api.get<{ data: Message[] }>(`/threads/${threadId}/messages?limit=1`);
  return data[0]!;
}

async function stepsOf({ thread_id: threadId, id }: Run, query = ''): Promise<RunStep[]> {
  const { data } = await api.get<{ data: RunStep[] }>(`/threads/${threadId}/runs/${id}/steps?order=asc&${query}`);
  return data;
}

async function poll(path: string, body: object): Promise<Run> {
  const run = await api.post<Run>(path, body);
  await expect
    .poll(() => api.get<Run>(`${path}/${run.id}`), { timeout: 20_000 })
    .toHaveProperty('completed_at', expect.any(Number));
  return api.get<Run>(`${path}/${run.id}`);
}

function annotationsOf(message: Message) {
  return message.content.flatMap((part) => (part.type === 'text' ? part.text.annotations : []));
}

function textDeltasOf(events: readonly StreamEvent[]) {
  return dataOf(events, 'thread.message.delta').flatMap(({ delta }) =>
    (delta.content ?? []).flatMap((part) => (part.type === 'text' ? [part.text!] : [])),
  );
}

describe('a run that searches files', () => {
  it('tells of the search, gives the model numbered chunks, and turns its markers into citations', async () => {
    const store = await createStore(api);
    const fruit = await addFile(api, store, 'fruit.txt', FRUIT);
    upstream.script(
      { toolCalls: [search('call_1', 'What does Anna like?')] },
      {
        text: [
          'She likes bananas',
          '【4:',
          '0†fru',
          'it.txt】',
          '. ',
          '【9:9†none.txt】',
          ' 😀',
          '【4:0†fruit.txt】',
          '【',
        ],
      },
    );
    const { thread, path, body } = await begin({ store });
    const events = await api.transcript(path, body);

    expect(namesOf(events)).toEqual([...RUN_BEGINS, ...toolStep(1), ...messageStep(7), ...END]);
    expect(theDataOf(events, 'thread.run.step.delta').delta.step_details.tool_calls).toEqual([
      {
        index: 0,
        id: 'call_1',
        type: 'file_search',
        file_search: { ranking_options: { ranker: 'default_2024_08_21', score_threshold: 0 }, results: [] },
      },
    ]);
    const [searched] = dataOf(events, 'thread.run.step.completed');
    expect(searched!.step_details).toEqual({
      type: 'tool_calls',
      tool_calls: [
        {
          id: 'call_1',
          type: 'file_search',
          file_search: {
            ranking_options: { ranker: 'default_2024_08_21', score_threshold: 0 },
            results: [{ file_id: fruit, file_name: 'fruit.txt', score: expect.any(Number), attributes: {} }],
          },
        },
      ],
    });
    expect(toldResults()).toEqual([expect.stringContaining(`【4:0†fruit.txt】\n${FRUIT}`)]);

    const marker = '【4:0†fruit.txt】';
    const citation = (start: number) => ({
      type: 'file_citation',
      text: marker,
      start_index: start,
      end_index: start + marker.length,
      file_citation: { file_id: fruit },
    });
    const value = `She likes bananas${marker}. 【9:9†none.txt】 😀${marker}【`;
    const places = [17, value.lastIndexOf(marker)];
    expect(textDeltasOf(events).map(({ value: text }) => text)).toEqual([
      'She likes bananas',
      marker,
      '. ',
      '【9:9†none.txt】',
      ' 😀',
      marker,
      '【',
    ]);
    expect(textDeltasOf(events).flatMap(({ annotations = [] }) => annotations)).toEqual(
      places.map((place, index) => ({
        index,
        ...citation(place),
        file_citation: { file_id: fruit, quote: '' },
      })),
    );
    const message = await latestMessage(thread.id);
    expect(message).toEqual(theDataOf(events, 'thread.message.completed'));
    expect(message.content).toEqual([{ type: 'text', text: { value, annotations: places.map(citation) } }]);
  });

  it('searches the store of the thread as well, several times, also when it is polled', async () => {
    const [store, threadStore] = [await createStore(api), await createStore(api)];
    const fruit = await addFile(api, store, 'fruit.txt', FRUIT);
    const cars = await addFile(api, threadStore, 'cars 【1†2】.txt', CARS);
    upstream.script(
      { toolCalls: [search('call_1', 'Anna bananas', 'apples'), search('call_2', 'the blue car')] },
      { toolCalls: [search('call_3', 'nothing that is there')] },
      { text: ['Bananas【4:0†fruit.txt】, a car【5:0†source】.'] },
    );
    const { thread, path, body } = await begin({ store, threadStore });
    const run = await poll(path, body);
    expect(run.status).toBe('completed');
    const steps = await stepsOf(run);
    const results = steps.map(({ step_details: details }) =>
      details.type === 'tool_calls'
        ? details.tool_calls.map((call) =>
            call.type === 'file_search' ? call.file_search.results.map(({ file_id }) => file_id) : [],
          )
        : 'message',
    );
    expect(results).toEqual([[[fruit], [cars]], [[]], 'message']);
    expect(toldResults()).toEqual([
      expect.stringContaining('【4:0†fruit.txt】'),
      expect.stringContaining('【5:0†cars _1_2_.txt】'),
      'Nothing was found.',
    ]);
    expect(
      annotationsOf(await latestMessage(thread.id)).map((each) => [
        each.text,
        each.type === 'file_citation' && each.file_citation.file_id,
      ]),
    ).toEqual([
      ['【4:0†fruit.txt】', fruit],
      ['【5:0†source】', cars],
    ]);
  });

  it('shows what was found only to those who ask for it', async () => {
    const store = await createStore(api);
    await addFile(api, store, 'fruit.txt', FRUIT);
    const script = () => upstream.script({ toolCalls: [search('call_1', 'bananas')] }, { text: ['Bananas.'] });
    const contentsOf = (step: RunStep | undefined) =>
      step?.step_details.type === 'tool_calls' &&
      step.step_details.tool_calls.flatMap((call) =>
        call.type === 'file_search' ? call.file_search.results.map((result) => result.content) : [],
      );
    const shown = [[{ type: 'text', text: FRUIT }]];

    script();
    const { thread, path, body } = await begin({ store });
    const [step] = dataOf(await api.transcript(path, body), 'thread.run.step.completed');
    expect(contentsOf(step)).toEqual([undefined]);
    const run = await api.get<Run>(`${path}/${step!.run_id}`);
    expect(contentsOf((await stepsOf(run))[0])).toEqual([undefined]);
    expect(contentsOf((await stepsOf(run, INCLUDE))[0])).toEqual(shown);
    const one = `/threads/${thread.id}/runs/${run.id}/steps/${step!.id}`;
    expect(contentsOf(await api.get(one))).toEqual([undefined]);
    expect(contentsOf(await api.get(`${one}?${INCLUDE}`))).toEqual(shown);

    script();
    const [included] = dataOf(await api.transcript(`${path}?${INCLUDE}`, body), 'thread.run.step.completed');
    expect(contentsOf(included)).toEqual(shown);
  });

  it('keeps a search beside a function that its client answers', async () => {
    const store = await createStore(api);
    await addFile(api, store, 'fruit.txt', FRUIT);
    upstream.script(
      { toolCalls: [search('call_1', 'bananas'), { id: 'call_2', name: 'f', arguments: ['{}'] }] },
      { text: ['Bananas【4:0†fruit.txt】.'] },
    );
    const tools = [{ type: 'file_search' }, { type: 'function', function: { name: 'f' } }];
    const { thread, path, body } = await begin({ store, more: { tools } });
    const events = await api.transcript(path, body);
    expect(namesOf(events)).toEqual([...RUN_BEGINS, ...openToolStep(3), 'thread.run.requires_action', 'done']);
    const waiting = theDataOf(events, 'thread.run.requires_action');
    expect(waiting.required_action!.submit_tool_outputs.tool_calls.map(({ id }) => id)).toEqual(['call_2']);
    await api.transcript(`${path}/${waiting.id}/submit_tool_outputs`, {
      tool_outputs: [{ tool_call_id: 'call_2', output: 'done' }],
    });
    expect(toldResults()).toEqual([expect.stringContaining(FRUIT), 'done']);
    expect(annotationsOf(await latestMessage(thread.id))).toHaveLength(1);
    const [step] = await stepsOf(waiting, INCLUDE);
    expect(JSON.stringify(step!.step_details)).toContain(FRUIT);
  });

  it('does not tell its model of the markers of earlier answers', async () => {
    const store = await createStore(api);
    await addFile(api, store, 'fruit.txt', FRUIT);
    upstream.script(
      { toolCalls: [search('call_1', 'bananas')] },
      { text: ['Bananas【4:0†fruit.txt】, not 【9:9†none.txt】.'] },
      { text: ['Yes【4:0†fruit.txt】.'] },
    );
    const { thread, path, body } = await begin({ store });
    await api.transcript(path, body);
    await api.post(`/threads/${thread.id}/messages`, { role: 'user', content: 'Really?' });
    await api.transcript(path, body);
    expect(upstream.requests.at(-1)!.body.messages.map(({ content }) => content)).toEqual([
      'What does Anna like?',
      'Bananas, not 【9:9†none.txt】.',
      'Really?',
    ]);
    // What this run's model was not given it cannot cite.
    expect(annotationsOf(await latestMessage(thread.id))).toEqual([]);
  });

  it('is made to search first, under a name that no function has', async () => {
    const store = await createStore(api);
    await addFile(api, store, 'fruit.txt', FRUIT);
    const name = 'file_search_';
    upstream.script({ toolCalls: [{ ...search('call_1', 'bananas'), name }] }, { text: ['Bananas.'] });
    const tools = [{ type: 'file_search' }, { type: 'function', function: { name: 'file_search' } }];
    const { path, body } = await begin({ store, more: { tools } });
    const run = await poll(path, { ...body, tool_choice: { type: 'file_search' } });
    expect(run.status).toBe('completed');
    expect(upstream.requests.map(({ body: asked }) => asked['tool_choice'])).toEqual([
      { type: 'function', function: { name } },
      undefined,
    ]);
    expect(toldResults()).toEqual([expect.stringContaining(FRUIT)]);
  });

  it('goes on where a search cannot be made or finds nothing', async () => {
    const { path, body } = await begin({});
    upstream.script(
      { toolCalls: [{ id: 'call_1', name: 'file_search', arguments: ['{"queries":'] }] },
      { toolCalls: [search('call_2', 'bananas')] },
      { text: ['I do not know.'] },
    );
    expect((await poll(path, body)).status).toBe('completed');
    expect(toldResults()).toEqual([expect.stringMatching(/^Error: .*'queries'/), 'Nothing was found.']);
  });

  it('searches no store of its assistant where it names none itself', async () => {
    const store = await createStore(api);
    await addFile(api, store, 'fruit.txt', FRUIT);
    const { body } = await begin({ store });
    upstream.script({ toolCalls: [search('call_1', 'bananas')] }, { text: ['I do not know.'] });
    await api.transcript('/threads/runs', {
      ...body,
      thread: { messages: [{ role: 'user', content: 'What does Anna like?' }] },
      tool_resources: { file_search: { vector_store_ids: [] } },
    });
    expect(toldResults()).toEqual(['Nothing was found.']);
  });

  it('finds nothing in a store that was deleted meanwhile', async () => {
    const store = await createStore(api);
    await addFile(api, store, 'fruit.txt', FRUIT);
    const { path, body } = await begin({ store });
    await api.send('DELETE', `/vector_stores/${store}`);
    upstream.script({ toolCalls: [search('call_1', 'bananas')] }, { text: ['I do not know.'] });
    expect((await poll(path, body)).status).toBe('completed');
    expect(toldResults()).toEqual(['Nothing was found.']);
  });

  it('waits for the files that were attached to its thread', async () => {
    const store = await createStore(api);
    const { thread, path, body } = await begin({ threadStore: store });
    expect(thread.tool_resources).toEqual({ file_search: { vector_store_ids: [store] } });
    upstream.script({ toolCalls: [search('call_1', 'bananas')] }, { text: ['Bananas.'] });
    await addFile(api, store, 'fruit.txt', FRUIT, { wait: false });
    expect((await poll(path, body)).status).toBe('completed');
    expect(toldResults()).toEqual([expect.stringContaining(FRUIT)]);
  });
});
