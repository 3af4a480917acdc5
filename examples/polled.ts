// A conversation with an assistant: each run is polled until it has ended. Works with openai 4 to 7.
//
// With the demo model it prints:
//
//     user: Hi, my name is Alex.
//     assistant: This is the built-in demo model: it has no intelligence and only shows that everything works. You said: Hi, my name is Alex.
//     user: What is my name?
//     assistant: Your name is Alex. (The demo model looked it up in this thread.)

import OpenAI from 'openai';

const openai = new OpenAI();

const assistant = await openai.beta.assistants.create({
  model: 'default',
  name: 'Friend',
  instructions: 'You are a friendly chat bot. Keep your answers short.',
});
const thread = await openai.beta.threads.create();

for (const question of ['Hi, my name is Alex.', 'What is my name?']) {
  await openai.beta.threads.messages.create(thread.id, { role: 'user', content: question });
  const run = await openai.beta.threads.runs.createAndPoll(thread.id, {
    assistant_id: assistant.id,
    additional_instructions: 'The user likes to be called by name.',
  });
  if (run.status !== 'completed') throw new Error(`The run is ${run.status}: ${run.last_error?.message}`);
}

for await (const { role, content } of openai.beta.threads.messages.list(thread.id, { order: 'asc' })) {
  for (const part of content) if (part.type === 'text') console.log(`${role}: ${part.text.value}`);
}
