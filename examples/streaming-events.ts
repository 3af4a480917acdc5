// A run that is streamed, heard through event handlers. Works with openai 4 to 7.
//
// With the demo model it prints, word by word:
//
//     assistant > This is the built-in demo model: it has no intelligence and only shows that everything works. You said: Tell me a story.
//     message: completed, 22 words
//     run: completed

import OpenAI from 'openai';

const openai = new OpenAI();

const assistant = await openai.beta.assistants.create({ model: 'default', instructions: 'You tell short stories.' });
const thread = await openai.beta.threads.create({ messages: [{ role: 'user', content: 'Tell me a story.' }] });

const stream = openai.beta.threads.runs
  .stream(thread.id, { assistant_id: assistant.id })
  .on('textCreated', () => process.stdout.write('assistant > '))
  .on('textDelta', (delta) => process.stdout.write(delta.value ?? ''))
  .on('textDone', () => process.stdout.write('\n'))
  .on('messageDone', ({ status, content: [part] }) => {
    if (part?.type === 'text') console.log(`message: ${status}, ${part.text.value.split(' ').length} words`);
  });

const run = await stream.finalRun();
console.log(`run: ${run.status}`);
