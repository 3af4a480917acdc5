// Files: uploaded, found again, read and deleted. Written for openai 4, where `delete` is called `del`.
//
// With any model it prints:
//
//     notes.txt, processed: 17 bytes for assistants
//     this-program.ts, processed: for user_data
//     the last one for assistants: notes.txt
//     content: The sky is blue.
//     deleted: true, true

import { createReadStream } from 'node:fs';
import OpenAI, { toFile } from 'openai';

const openai = new OpenAI();

// From memory, or as a stream from a disk: anything that `toFile` takes.
const notes = await openai.files.create({
  file: await toFile(Buffer.from('The sky is blue.\n'), 'notes.txt'),
  purpose: 'assistants',
});
console.log(`${notes.filename}, ${notes.status}: ${notes.bytes} bytes for ${notes.purpose}`);
const program = await openai.files.create({
  file: await toFile(createReadStream(import.meta.filename), 'this-program.ts'),
  purpose: 'user_data',
});
console.log(`${program.filename}, ${program.status}: for ${program.purpose}`);

const { data } = await openai.files.list({ purpose: 'assistants', order: 'desc', limit: 1 });
console.log(`the last one for assistants: ${data.map(({ filename }) => filename).join()}`);

const content = await openai.files.content(notes.id);
console.log(`content: ${(await content.text()).trim()}`);

const deleted = await Promise.all([notes, program].map(({ id }) => openai.files.del(id)));
console.log(`deleted: ${deleted.map((file) => file.deleted).join(', ')}`);
