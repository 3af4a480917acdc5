// An image in a message, uploaded before and shown to the model. Works with openai 4 to 7.
//
// With the demo model, which only sees that there is an image, it prints:
//
//     This is the built-in demo model: it has no intelligence and only shows that everything works. You said: What is this? [an image]

import OpenAI, { toFile } from 'openai';

const openai = new OpenAI();

/** One red pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';

const image = await openai.files.create({
  file: await toFile(Buffer.from(PNG, 'base64'), 'pixel.png', { type: 'image/png' }),
  purpose: 'vision',
});
const assistant = await openai.beta.assistants.create({ model: 'default', instructions: 'Describe what you see.' });
const run = await openai.beta.threads.createAndRunPoll({
  assistant_id: assistant.id,
  thread: {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_file', image_file: { file_id: image.id, detail: 'low' } },
        ],
      },
    ],
  },
});
const { data } = await openai.beta.threads.messages.list(run.thread_id, { run_id: run.id });
for (const { content } of data) for (const part of content) if (part.type === 'text') console.log(part.text.value);
