// A large file, uploaded in parts of at most 64 MB, which may be sent at the same time. Works with openai 4 to 7.
//
// With any model it prints:
//
//     upload: pending, 23 bytes announced
//     upload: completed, large.txt
//     content: The first, the second.

import OpenAI, { toFile } from 'openai';

const openai = new OpenAI();

const parts = ['The first', ', the second.\n'].map((text) => Buffer.from(text));

const pending = await openai.uploads.create({
  filename: 'large.txt',
  purpose: 'user_data',
  mime_type: 'text/plain',
  bytes: parts.reduce((sum, part) => sum + part.byteLength, 0),
});
console.log(`upload: ${pending.status}, ${pending.bytes} bytes announced`);

const sent = await Promise.all(
  parts.map(async (part) => openai.uploads.parts.create(pending.id, { data: await toFile(part, 'part') })),
);
// The order of the ids is the order of the parts.
const { status, file } = await openai.uploads.complete(pending.id, { part_ids: sent.map(({ id }) => id) });
console.log(`upload: ${status}, ${file?.filename}`);

const content = await openai.files.content(file?.id ?? '');
console.log(`content: ${(await content.text()).trim()}`);
