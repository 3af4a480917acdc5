// Chat over a PDF: a vector store, a streamed run that searches it, citations by file name. Works with openai 4 to 7.
// `node file-search.ts other.pdf 'A question?'` takes a file and a question of yours.
//
// With the demo model it prints:
//
//     manual.pdf: 1 of 1 files can be searched
//     > How is the kettle cleaned?
//     searching…
//     The demo model found: Once a month the kettle is cleaned: boil one part of vinegar with three parts of water in it, wait for an hour, and rinse it well. [1]
//     [1] manual.pdf
//     > How long does the guarantee last?
//     searching…
//     The demo model found: The guarantee lasts for three years from the day of purchase. [1]
//     [1] manual.pdf

import { createReadStream } from 'node:fs';
import { basename, join } from 'node:path';
import OpenAI from 'openai';

const [path = join(import.meta.dirname, 'manual.pdf'), ...asked] = process.argv.slice(2);
const questions = asked.length > 0 ? asked : ['How is the kettle cleaned?', 'How long does the guarantee last?'];

const openai = new OpenAI();

const store = await openai.vectorStores.create({
  name: 'Manuals',
  expires_after: { anchor: 'last_active_at', days: 1 },
});
const { file_counts: counts } = await openai.vectorStores.fileBatches.uploadAndPoll(store.id, {
  files: [createReadStream(path)],
});
console.log(`${basename(path)}: ${counts.completed} of ${counts.total} files can be searched`);

const assistant = await openai.beta.assistants.create({
  model: 'default',
  instructions: 'Answer from the files, in a sentence or two.',
  tools: [{ type: 'file_search' }],
  tool_resources: { file_search: { vector_store_ids: [store.id] } },
});
const thread = await openai.beta.threads.create();

for (const question of questions) {
  console.log(`> ${question}`);
  await openai.beta.threads.messages.create(thread.id, { role: 'user', content: question });
  const run = openai.beta.threads.runs
    .stream(thread.id, { assistant_id: assistant.id })
    .on('toolCallCreated', ({ type }) => console.log(type === 'file_search' ? 'searching…' : type));
  for (const message of await run.finalMessages()) {
    for (const part of message.content) if (part.type === 'text') await print(part.text);
  }
}

/** Prints an answer with its markers as numbers, and below it the files that they stand for. */
async function print({ value, annotations }: OpenAI.Beta.Threads.Text): Promise<void> {
  const files: string[] = [];
  for (const annotation of annotations) {
    if (annotation.type !== 'file_citation') continue;
    const { filename } = await openai.files.retrieve(annotation.file_citation.file_id);
    if (!files.includes(filename)) files.push(filename);
    value = value.replace(annotation.text, ` [${files.indexOf(filename) + 1}]`);
  }
  console.log(value);
  for (const [index, filename] of files.entries()) console.log(`[${index + 1}] ${filename}`);
}
