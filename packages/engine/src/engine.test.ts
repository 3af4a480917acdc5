import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import {
  CreateMessageRequest,
  CreateThreadRequest,
  ListMessagesQuery,
  parseRequest,
} from '@cogitator-ai/openai-protocol';
import { expect, it } from 'vitest';
import { createEngine } from './engine.ts';
import type { ModelPort } from './ports/model-port.ts';

const NO_MODELS: ModelPort = {
  list: () => Promise.resolve([]),
  accepts: () => false,
  stream() {
    throw new Error('Nothing runs here.');
  },
};

it('lists what two engines of a process make on one storage in the order in which it was made', async () => {
  const storage = createMemoryStorage();
  const engines = [1, 2].map(() => createEngine({ storage, models: NO_MODELS }));
  const thread = (await engines[0]!.threads.create(parseRequest(CreateThreadRequest, {}))).value;
  const made: string[] = [];
  // Several within each millisecond.
  for (let round = 0; round < 50; round++) {
    for (const engine of engines) {
      const request = parseRequest(CreateMessageRequest, { role: 'user', content: 'Hi' });
      made.push((await engine.messages.create(thread.id, request)).value.id);
    }
  }
  const query = parseRequest(ListMessagesQuery, { order: 'asc', limit: '100' });
  const { value: page } = await engines[1]!.messages.list(thread.id, query);
  expect(page.data.map(({ id }) => id)).toEqual(made);
  await storage.close();
});
