// Lists: a page at a time, or all items with `for await`, which asks for the pages itself. Works with openai 4 to 7.
//
// With any model it prints:
//
//     first page: 10 of message 1 … message 10, more: true
//     next page: 10 of message 11 … message 20, more: true
//     next page: 5 of message 21 … message 25, more: false
//     after the first page: message 11, message 12
//     all, newest first: 25 of message 25 … message 1

import OpenAI from 'openai';

const openai = new OpenAI();
const { messages } = openai.beta.threads;

const thread = await openai.beta.threads.create({
  messages: Array.from({ length: 25 }, (_, index) => ({ role: 'user', content: `message ${index + 1}` })),
});

type Message = OpenAI.Beta.Threads.Message;

function textOf(message: Message | undefined): string {
  const part = message?.content[0];
  return part?.type === 'text' ? part.text.value : '';
}

function describe({ data, has_more }: { data: Message[]; has_more: boolean }): string {
  return `${data.length} of ${textOf(data[0])} … ${textOf(data.at(-1))}, more: ${has_more}`;
}

const first = await messages.list(thread.id, { limit: 10, order: 'asc' });
console.log(`first page: ${describe(first)}`);
for (let page = first; page.hasNextPage();) {
  page = await page.getNextPage();
  console.log(`next page: ${describe(page)}`);
}

// A cursor is the id of an item, on whichever page it came.
const cursor = first.data.at(-1)?.id ?? '';
const { data: next } = await messages.list(thread.id, { limit: 2, order: 'asc', after: cursor });
console.log(`after the first page: ${next.map(textOf).join(', ')}`);

const all: string[] = [];
for await (const message of messages.list(thread.id, { limit: 10 })) all.push(textOf(message));
console.log(`all, newest first: ${all.length} of ${all[0]} … ${all.at(-1)}`);
