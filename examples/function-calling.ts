// Functions of this program, called by the model: the run stops at `requires_action`, gets the outputs and streams on.
// Works with openai 5 to 7; for openai 4 see openai-4/function-calling.ts.
//
// With the demo model it prints:
//
//     get_temperature {"city":"Oslo"}
//     get_rain {"city":"Oslo"}
//     assistant > The demo model got these results: {"celsius":-3}; {"probability":0.6}
//     run: completed

import OpenAI from 'openai';

const openai = new OpenAI();

const parameters = {
  type: 'object',
  properties: { city: { type: 'string', description: 'Such as Oslo.' } },
  required: ['city'],
};
const functions: Record<string, (city: string) => object> = {
  get_temperature: (city) => ({ celsius: city === 'Oslo' ? -3 : 21 }),
  get_rain: (city) => ({ probability: city === 'Oslo' ? 0.6 : 0.1 }),
};

const assistant = await openai.beta.assistants.create({
  model: 'default',
  instructions: 'You know the weather. Use the functions to answer.',
  tools: [
    {
      type: 'function',
      function: { name: 'get_temperature', description: 'The temperature in a city, in °C.', parameters },
    },
    {
      type: 'function',
      function: { name: 'get_rain', description: 'How likely it is to rain in a city.', parameters },
    },
  ],
});
const thread = await openai.beta.threads.create({
  messages: [
    {
      role: 'user',
      // Any other model also understands "What is the weather in Oslo?".
      content: 'call get_temperature {"city":"Oslo"} and call get_rain {"city":"Oslo"}',
    },
  ],
});

let stream = openai.beta.threads.runs.stream(thread.id, { assistant_id: assistant.id });
for (;;) {
  stream
    .on('textCreated', () => process.stdout.write('assistant > '))
    .on('textDelta', (delta) => process.stdout.write(delta.value ?? ''))
    .on('textDone', () => process.stdout.write('\n'));
  const run = await stream.finalRun();
  if (run.status !== 'requires_action') {
    console.log(`run: ${run.status}`);
    break;
  }
  const calls = run.required_action?.submit_tool_outputs.tool_calls ?? [];
  const outputs = calls.map((call) => {
    console.log(call.function.name, call.function.arguments);
    const { city } = JSON.parse(call.function.arguments) as { city: string };
    return { tool_call_id: call.id, output: JSON.stringify(functions[call.function.name]?.(city)) };
  });
  stream = openai.beta.threads.runs.submitToolOutputsStream(run.id, { thread_id: thread.id, tool_outputs: outputs });
}
