// A run that is streamed, read event by event, as it comes over the wire. Works with openai 4 to 7.
//
// With the demo model it prints, word by word:
//
//     thread.created
//     thread.run.created
//     thread.run.queued
//     thread.run.in_progress
//     thread.run.step.created
//     thread.run.step.in_progress
//     thread.message.created
//     thread.message.in_progress
//     This is the built-in demo model: it has no intelligence and only shows that everything works. You said: Good morning!
//     thread.message.completed
//     thread.run.step.completed
//     thread.run.completed

import OpenAI from 'openai';

const openai = new OpenAI();

const assistant = await openai.beta.assistants.create({ model: 'default', instructions: 'Greet back.' });

const events = await openai.beta.threads.createAndRun({
  assistant_id: assistant.id,
  thread: { messages: [{ role: 'user', content: 'Good morning!' }] },
  stream: true,
});
for await (const { event, data } of events) {
  if (event === 'thread.message.delta') {
    for (const part of data.delta.content ?? []) if (part.type === 'text') process.stdout.write(part.text?.value ?? '');
  } else {
    if (event === 'thread.message.completed') process.stdout.write('\n');
    console.log(event);
  }
}
