import { afterAll, describe, expect, it } from 'vitest';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import { startTestServer } from './server/start-test-server.ts';

const server = await startTestServer();
afterAll(() => server.close());

const CODE = [{ type: 'code_interpreter' as const }];

describe.each(EVERY_SDK)('attachments through openai $major', (sdk) => {
  const client = sdk.createClient({ baseURL: server.baseURL });
  const { assistants, threads } = client.beta;

  async function upload(name: string): Promise<string> {
    const file = new File(['a,b\n1,2\n'], name);
    return (await client.files.create({ file, purpose: 'assistants' })).id;
  }

  async function codeFiles(threadId: string): Promise<string[] | undefined> {
    return (await threads.retrieve(threadId)).tool_resources?.code_interpreter?.file_ids;
  }

  const ask = (...fileIds: string[]) => ({
    role: 'user' as const,
    content: 'Look.',
    attachments: fileIds.map((file_id) => ({ file_id, tools: CODE })),
  });

  it('are shown with the message and given to the thread', async () => {
    const [first, second, third] = [await upload('1.csv'), await upload('2.csv'), await upload('3.csv')];
    const thread = await threads.create({ messages: [ask(first), ask(first, second)] });
    expect(thread.tool_resources).toEqual({ code_interpreter: { file_ids: [first, second] } });
    const message = await threads.messages.create(thread.id, ask(second, third));
    expect(message.attachments).toEqual([second, third].map((file_id) => ({ file_id, tools: CODE })));
    expect(await codeFiles(thread.id)).toEqual([first, second, third]);
  });

  it('come with the additional messages of a run', async () => {
    const [first, second] = [await upload('1.csv'), await upload('2.csv')];
    const assistant = await assistants.create({ model: server.model });
    const thread = await threads.create({ metadata: { kept: 'yes' } });
    const body = { assistant_id: assistant.id, additional_messages: [ask(first), ask(second)] };
    expect(await threads.runs.createAndPoll(thread.id, body)).toMatchObject({ status: 'completed' });
    expect(await threads.retrieve(thread.id)).toEqual({
      ...thread,
      tool_resources: { code_interpreter: { file_ids: [first, second] } },
    });
  });

  it('for search leave the files of the code interpreter alone', async () => {
    const file = await upload('1.txt');
    const attachments = [{ file_id: file, tools: [{ type: 'file_search' as const }] }];
    const thread = await threads.create();
    const message = await threads.messages.create(thread.id, { role: 'user', content: 'Look.', attachments });
    expect(message.attachments).toEqual(attachments);
    expect(await codeFiles(thread.id)).toBeUndefined();
  });

  it('are all there when messages are added at once', async () => {
    const files = await Promise.all(Array.from({ length: 8 }, (_, index) => upload(`${index}.csv`)));
    const thread = await threads.create();
    await Promise.all(files.map((file) => threads.messages.create(thread.id, ask(file))));
    expect((await codeFiles(thread.id))?.toSorted()).toEqual(files.toSorted());
  });

  it('that are too many, or unknown, change nothing', async () => {
    const files = await Promise.all(Array.from({ length: 21 }, (_, index) => upload(`${index}.csv`)));
    const thread = await threads.create({ messages: [ask(...files.slice(0, 20))] });
    await expect(threads.messages.create(thread.id, ask(files[20]!))).rejects.toMatchObject({
      status: 400,
      param: 'tool_resources.code_interpreter.file_ids',
      code: 'array_above_max_length',
    });
    await expect(threads.create({ messages: [ask(...files)] })).rejects.toMatchObject({ status: 400 });
    await expect(threads.messages.create(thread.id, ask('file-none'))).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('No such File object: file-none'),
    });
    expect(await codeFiles(thread.id)).toEqual(files.slice(0, 20));
    expect((await threads.messages.list(thread.id)).data).toHaveLength(1);
  });
});
