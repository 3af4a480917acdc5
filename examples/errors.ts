// What can go wrong, and how the SDK tells: what is wrong with a request is thrown; how a run ended is kept on the run.
// Works with openai 4 to 7.
//
// With the demo model it prints:
//
//     NotFoundError: 404 No thread found with id 'thread_unknown'.
//     BadRequestError: 400 Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.
//     of parameter temperature, code decimal_above_max_value
//     failed: server_error, The demo model failed, as it was asked to.
//     incomplete: max_completion_tokens
//     APIConnectionError: Connection error.

import OpenAI, { APIError } from 'openai';

const openai = new OpenAI();

async function errorOf(request: PromiseLike<unknown>): Promise<APIError> {
  try {
    await request;
  } catch (error) {
    if (error instanceof APIError) return error;
    throw error;
  }
  throw new Error('The request succeeded.');
}

const notFound = await errorOf(openai.beta.threads.retrieve('thread_unknown'));
console.log(`${notFound.constructor.name}: ${notFound.message}`);

const badRequest = await errorOf(openai.beta.assistants.create({ model: 'default', temperature: 3 }));
console.log(`${badRequest.constructor.name}: ${badRequest.message}`);
console.log(`of parameter ${badRequest.param}, code ${badRequest.code}`);

const assistant = await openai.beta.assistants.create({ model: 'default' });

const failed = await openai.beta.threads.createAndRunPoll({
  assistant_id: assistant.id,
  thread: { messages: [{ role: 'user', content: 'Now please fail.' }] },
});
console.log(`${failed.status}: ${failed.last_error?.code}, ${failed.last_error?.message}`);

const cut = await openai.beta.threads.createAndRunPoll({
  assistant_id: assistant.id,
  thread: { messages: [{ role: 'user', content: 'Tell me a very long story.' }] },
  max_completion_tokens: 5,
});
console.log(`${cut.status}: ${cut.incomplete_details?.reason}`);

const offline = new OpenAI({ baseURL: 'http://127.0.0.1:9/v1', maxRetries: 0 });
const noServer = await errorOf(offline.models.list());
console.log(`${noServer.constructor.name}: ${noServer.message}`);
