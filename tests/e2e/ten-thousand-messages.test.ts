import type { Assistant, Message, Thread } from '@cogitator-ai/openai-protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer } from './server/start-test-server.ts';
import { connectApi } from './wire/api.ts';

const COUNT = 10_000;
const server = await startTestServer();
const api = connectApi(server.baseURL);
afterAll(() => server.close());

interface Page {
  data: Message[];
  first_id: string | null;
  last_id: string | null;
  has_more: boolean;
}

describe(`a thread of ${COUNT} messages`, () => {
  let path: string;
  let threadId: string;

  beforeAll(async () => {
    const messages = Array.from({ length: COUNT / 10 }, (_, n) => ({ role: 'user', content: `message ${n}` }));
    ({ id: threadId } = await api.post<Thread>('/threads', { messages }));
    path = `/threads/${threadId}/messages`;
    // The rest one by one, as conversations grow.
    for (let n = COUNT / 10; n < COUNT; n++) await api.post(path, { role: 'user', content: `message ${n}` });
  });

  const numbersOf = ({ data }: Page): number[] =>
    data.map(({ content }) => Number((content[0] as { text: { value: string } }).text.value.split(' ')[1]));
  const count = (from: number, to: number): number[] =>
    Array.from({ length: Math.abs(to - from) + 1 }, (_, n) => from + (to > from ? n : -n));

  it('has its newest and its oldest on the first page of either order', async () => {
    const newest = await api.get<Page>(path);
    expect(numbersOf(newest)).toEqual(count(9999, 9980));
    expect(newest).toMatchObject({
      first_id: newest.data[0]!.id,
      last_id: newest.data[19]!.id,
      has_more: true,
    });
    const oldest = await api.get<Page>(`${path}?order=asc&limit=100`);
    expect(numbersOf(oldest)).toEqual(count(0, 99));
    expect(oldest.has_more).toBe(true);
  });

  it('is paged to the other end, and says when it is reached', async () => {
    const { data } = await api.get<Page>(`${path}?order=asc&limit=30`);
    const twentieth = data[19]!;
    const last = await api.get<Page>(`${path}?order=desc&after=${twentieth.id}`);
    expect(numbersOf(last)).toEqual(count(18, 0));
    expect(last.has_more).toBe(false);
    const full = await api.get<Page>(`${path}?order=desc&limit=19&after=${twentieth.id}`);
    expect(numbersOf(full)).toEqual(count(18, 0));
    expect(full.has_more).toBe(false);
    const closest = await api.get<Page>(`${path}?order=asc&limit=3&before=${twentieth.id}`);
    expect(numbersOf(closest)).toEqual([16, 17, 18]);
    expect(closest.has_more).toBe(true);
  });

  it('is complete, page after page', async () => {
    for (const order of ['asc', 'desc']) {
      const seen: number[] = [];
      let after = '';
      for (let more = true; more;) {
        const page = await api.get<Page>(`${path}?limit=100&order=${order}${after}`);
        seen.push(...numbersOf(page));
        more = page.has_more;
        after = `&after=${page.last_id}`;
      }
      expect(seen).toEqual(order === 'asc' ? count(0, 9999) : count(9999, 0));
    }
  });

  it('is answered, from its latest messages', async () => {
    const { id: assistant_id } = await api.post<Assistant>('/assistants', { model: server.model });
    await api.transcript(`/threads/${threadId}/runs`, {
      assistant_id,
      truncation_strategy: { type: 'last_messages', last_messages: 3 },
    });
    expect(server.upstream.requests[0]!.body.messages).toEqual(
      [9997, 9998, 9999].map((n) => ({ role: 'user', content: `message ${n}` })),
    );
    const page = await api.get<Page>(`${path}?limit=2`);
    expect(page.data.map(({ role }) => role)).toEqual(['assistant', 'user']);
  });
});
