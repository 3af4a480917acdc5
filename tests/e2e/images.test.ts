import type { Assistant, Thread } from '@cogitator-ai/openai-protocol';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import { startTestServer } from './server/start-test-server.ts';
import { connectApi } from './wire/api.ts';

const server = await startTestServer();
beforeEach(() => server.upstream.reset());
afterAll(() => server.close());

/** A red dot. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==',
  'base64',
);

describe.each(EVERY_SDK)('images through openai $major', (sdk) => {
  const client = sdk.createClient({ baseURL: server.baseURL });
  const { assistants, threads } = client.beta;

  async function upload(name: string, content: Uint8Array<ArrayBuffer> = PNG): Promise<string> {
    return (await client.files.create({ file: new File([content], name), purpose: 'vision' })).id;
  }

  const image = (file_id: string, detail?: 'low') => ({
    type: 'image_file' as const,
    image_file: { file_id, ...(detail && { detail }) },
  });

  /** What the model is shown of messages with these parts, each after a text. */
  async function shown(...messages: object[][]): Promise<unknown[]> {
    const { id: assistant_id } = await assistants.create({ model: server.model });
    const thread = await threads.create({
      messages: messages.map((parts) => ({
        role: 'user' as const,
        content: [{ type: 'text' as const, text: 'Look.' }, ...(parts as ReturnType<typeof image>[])],
      })),
    });
    expect(await threads.runs.createAndPoll(thread.id, { assistant_id })).toMatchObject({ status: 'completed' });
    return server.upstream.requests.at(-1)!.body.messages.flatMap(({ content }) => (content as unknown[]).slice(1));
  }

  it('that are uploaded are shown as they are, with their detail', async () => {
    const url = `data:image/png;base64,${PNG.toString('base64')}`;
    const file = await upload('dot.PNG');
    expect(await shown([image(file), image(file, 'low')])).toEqual([
      { type: 'image_url', image_url: { url } },
      { type: 'image_url', image_url: { url, detail: 'low' } },
    ]);
  });

  it('that have a URL are shown by it', async () => {
    const url = 'https://example.com/dot.png';
    expect(await shown([{ type: 'image_url', image_url: { url, detail: 'high' } }])).toEqual([
      { type: 'image_url', image_url: { url, detail: 'high' } },
    ]);
  });

  it('that cannot be shown are told of', async () => {
    const [text, gone, large] = [
      await upload('notes.txt'),
      await upload('gone.png'),
      await upload('large.png', new Uint8Array(20 * 2 ** 20 + 1)),
    ];
    const { id: assistant_id } = await assistants.create({ model: server.model });
    const content = [{ type: 'text' as const, text: 'Look.' }, image(text), image(gone), image(large)];
    const thread = await threads.create({ messages: [{ role: 'user', content }] });
    await client.files.delete(gone);
    expect(await threads.runs.createAndPoll(thread.id, { assistant_id })).toMatchObject({ status: 'completed' });
    expect((server.upstream.requests.at(-1)!.body.messages[0]!.content as unknown[]).slice(1)).toEqual([
      { type: 'text', text: '[The file notes.txt is not an image that can be shown.]' },
      { type: 'text', text: `[The image ${gone} was deleted.]` },
      { type: 'text', text: '[The image large.png is too large to be shown.]' },
    ]);
  });

  it('are refused without an address', async () => {
    const content = [{ type: 'image_url' as const, image_url: { url: 'dot.png' } }];
    await expect(threads.create({ messages: [{ role: 'user', content }] })).rejects.toMatchObject({
      status: 400,
      error: {
        message:
          "Invalid 'messages[0].content[0].image_url.url'. Expected a valid URL, but got a value with an invalid format.",
        type: 'invalid_request_error',
        param: 'messages[0].content[0].image_url.url',
        code: 'invalid_value',
      },
    });
  });

  it('that are too many together are left out, the oldest first', async () => {
    const file = await upload('page.png', new Uint8Array(18 * 2 ** 20));
    const [oldest, ...latest] = await shown([image(file)], [image(file)], [image(file)]);
    expect(oldest).toEqual({ type: 'text', text: '[The image page.png is left out: there are too many.]' });
    expect(latest).toMatchObject([{ type: 'image_url' }, { type: 'image_url' }]);
  });
});

it('images in their URL count as uploaded ones do', async () => {
  const api = connectApi(server.baseURL);
  const { id: assistant_id } = await api.post<Assistant>('/assistants', { model: server.model });
  const thread = await api.post<Thread>('/threads');
  const url = `data:image/png;base64,${'A'.repeat(24 * 2 ** 20)}`;
  for (const role of ['user', 'user', 'user']) {
    await api.post(`/threads/${thread.id}/messages`, { role, content: [{ type: 'image_url', image_url: { url } }] });
  }
  await api.transcript(`/threads/${thread.id}/runs`, { assistant_id });
  const [oldest, ...latest] = server.upstream.requests.at(-1)!.body.messages;
  expect(oldest).toMatchObject({ content: '[An image is left out: there are too many.]' });
  expect(latest).toMatchObject([{ content: [{ type: 'image_url' }] }, { content: [{ type: 'image_url' }] }]);
});
