import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type OpenAI from 'openai-v7';
import { afterAll, describe, expect, it } from 'vitest';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import { startTestServer } from './server/start-test-server.ts';

const server = await startTestServer();
afterAll(() => server.close());

const MANUAL = readFileSync(join(import.meta.dirname, '../../examples/manual.pdf'));
const MARKER = '【4:0†manual.pdf】';
const ANSWER = `With vinegar${MARKER}.`;

describe.each(EVERY_SDK)('file search through openai $major', (sdk) => {
  const client = sdk.createClient({ baseURL: server.baseURL, maxRetries: 0 });
  const { assistants, threads } = client.beta;

  it('answers from files that were uploaded, with citations that lead to their names', async () => {
    const { id: storeId } = await client.vectorStores.create({});
    const batch = await client.vectorStores.fileBatches.uploadAndPoll(storeId, {
      files: [
        await sdk.toFile(MANUAL, 'manual.pdf'),
        await sdk.toFile(Buffer.from('Bananas are yellow.'), 'fruit.txt'),
      ],
    });
    expect(batch).toMatchObject({ status: 'completed', file_counts: { completed: 2, total: 2 } });
    const found = await client.vectorStores.search(storeId, { query: 'how to clean it with vinegar' });
    expect(found.data.map(({ filename }) => filename)).toEqual(['manual.pdf']);
    expect(found.data[0]!.content[0]!.text).toContain('one part of vinegar');

    const assistant = await assistants.create({
      model: server.model,
      tools: [{ type: 'file_search' }],
      tool_resources: { file_search: { vector_store_ids: [storeId] } },
    });
    const thread = await threads.create({ messages: [{ role: 'user', content: 'How is it cleaned?' }] });
    const script = () =>
      server.upstream.script(
        { toolCalls: [{ id: 'call_1', name: 'file_search', arguments: ['{"queries":["vinegar"]}'] }] },
        { text: ['With vinegar', '【4:', '0†manual.pdf', '】.'] },
      );
    const expectCitation = async ({ content }: OpenAI.Beta.Threads.Message): Promise<void> => {
      const [part] = content;
      if (part?.type !== 'text') throw new Error('The answer is no text.');
      expect(part.text.value).toBe(ANSWER);
      const [citation] = part.text.annotations;
      if (citation?.type !== 'file_citation') throw new Error('The answer cites nothing.');
      expect(ANSWER.slice(citation.start_index, citation.end_index)).toBe(MARKER);
      const file = await client.files.retrieve(citation.file_citation.file_id);
      expect(file.filename).toBe('manual.pdf');
    };

    script();
    const run = await threads.runs.createAndPoll(thread.id, { assistant_id: assistant.id });
    expect(run.status).toBe('completed');
    const [answer] = (await threads.messages.list(thread.id, { limit: 1 })).data;
    await expectCitation(answer!);

    script();
    const stream = threads.runs.stream(thread.id, { assistant_id: assistant.id });
    // The SDK goes on writing into the deltas that it has handed out.
    const deltas: [text: string | undefined, citations: number][] = [];
    stream.on('textDelta', ({ value, annotations = [] }) => deltas.push([value, annotations.length]));
    const messages = await stream.finalMessages();
    await expectCitation(messages.at(-1)!);
    expect(deltas).toEqual([
      ['With vinegar', 0],
      [MARKER, 1],
      ['.', 0],
    ]);
    const steps = await stream.finalRunSteps();
    expect(steps.map(({ step_details: details }) => details.type)).toEqual(['tool_calls', 'message_creation']);
  });
});
