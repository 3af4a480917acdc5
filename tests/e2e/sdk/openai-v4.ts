import OpenAI, { AzureOpenAI, toFile } from 'openai-v4';
import type { Client, Sdk } from './sdk.ts';

export const openaiV4: Sdk = {
  major: 4,
  createClient: ({ apiKey = 'unused', fetch, ...options }) =>
    // Types of node-fetch, which it uses unless it is given another.
    toClient(new OpenAI({ apiKey, ...(fetch && { fetch: fetch as never }), ...options })),
  createAzureClient: (options) => toClient(new AzureOpenAI(options)),
  toFile: (content, name) => toFile(content, name) as Promise<File>,
  requestIdOf: (error) => (error as InstanceType<typeof OpenAI.APIError>).request_id,
  errors: OpenAI,
};

/** Ids come in the order of the path, and `delete` is called `del`. */
function toClient(client: OpenAI): Client {
  const {
    beta: { assistants, threads },
    files,
    uploads,
    vectorStores,
    models,
  } = client;
  const { messages, runs } = threads;
  return {
    beta: {
      assistants: {
        create: (body) => assistants.create(body),
        retrieve: (assistantId) => assistants.retrieve(assistantId),
        update: (assistantId, body) => assistants.update(assistantId, body),
        list: (query) => assistants.list(query),
        delete: (assistantId) => assistants.del(assistantId),
      },
      threads: {
        create: (body) => threads.create(body),
        retrieve: (threadId) => threads.retrieve(threadId),
        update: (threadId, body) => threads.update(threadId, body),
        delete: (threadId) => threads.del(threadId),
        createAndRunPoll: (body) => threads.createAndRunPoll(body),
        createAndRunStream: (body) => threads.createAndRunStream(body),
        messages: {
          create: (threadId, body, options) => messages.create(threadId, body, options),
          retrieve: (messageId, { thread_id }) => messages.retrieve(thread_id, messageId),
          update: (messageId, { thread_id, ...body }) => messages.update(thread_id, messageId, body),
          list: (threadId, query) => messages.list(threadId, query),
          delete: (messageId, { thread_id }) => messages.del(thread_id, messageId),
        },
        runs: {
          create: ((threadId, body, options) =>
            runs.create(threadId, body, options)) as Client['beta']['threads']['runs']['create'],
          createAndPoll: (threadId, body) => runs.createAndPoll(threadId, body),
          stream: (threadId, body, options) => runs.stream(threadId, body, options),
          retrieve: (runId, { thread_id }) => runs.retrieve(thread_id, runId),
          update: (runId, { thread_id, ...body }) => runs.update(thread_id, runId, body),
          list: (threadId, query) => runs.list(threadId, query),
          cancel: (runId, { thread_id }) => runs.cancel(thread_id, runId),
          poll: (runId, { thread_id }) => runs.poll(thread_id, runId),
          submitToolOutputs: (runId, { thread_id, ...body }) => runs.submitToolOutputs(thread_id, runId, body),
          submitToolOutputsAndPoll: (runId, { thread_id, ...body }) =>
            runs.submitToolOutputsAndPoll(thread_id, runId, body),
          submitToolOutputsStream: (runId, { thread_id, ...body }) =>
            runs.submitToolOutputsStream(thread_id, runId, body),
          steps: {
            list: (runId, { thread_id, ...query }) => runs.steps.list(thread_id, runId, query),
            retrieve: (stepId, { thread_id, run_id }) => runs.steps.retrieve(thread_id, run_id, stepId),
          },
        },
      },
    },
    files: {
      create: (body) => files.create(body),
      retrieve: (fileId) => files.retrieve(fileId),
      list: (query) => files.list(query),
      content: (fileId) => files.content(fileId),
      delete: (fileId) => files.del(fileId),
    },
    uploads: {
      create: (body) => uploads.create(body),
      complete: (uploadId, body) => uploads.complete(uploadId, body),
      cancel: (uploadId) => uploads.cancel(uploadId),
      parts: { create: (uploadId, body) => uploads.parts.create(uploadId, body) },
    },
    vectorStores: {
      create: (body) => vectorStores.create(body),
      retrieve: (storeId) => vectorStores.retrieve(storeId),
      update: (storeId, body) => vectorStores.update(storeId, body),
      list: (query) => vectorStores.list(query),
      delete: (storeId) => vectorStores.del(storeId),
      search: (storeId, body) => vectorStores.search(storeId, body),
      files: {
        create: (storeId, body) => vectorStores.files.create(storeId, body),
        createAndPoll: (storeId, body) => vectorStores.files.createAndPoll(storeId, body),
        uploadAndPoll: (storeId, file) => vectorStores.files.uploadAndPoll(storeId, file),
        retrieve: (fileId, { vector_store_id }) => vectorStores.files.retrieve(vector_store_id, fileId),
        update: (fileId, { vector_store_id, ...body }) => vectorStores.files.update(vector_store_id, fileId, body),
        list: (storeId, query) => vectorStores.files.list(storeId, query),
        content: (fileId, { vector_store_id }) => vectorStores.files.content(vector_store_id, fileId),
        delete: (fileId, { vector_store_id }) => vectorStores.files.del(vector_store_id, fileId),
      },
      fileBatches: {
        create: (storeId, body) => vectorStores.fileBatches.create(storeId, body),
        createAndPoll: (storeId, body) => vectorStores.fileBatches.createAndPoll(storeId, body),
        uploadAndPoll: (storeId, body) => vectorStores.fileBatches.uploadAndPoll(storeId, body),
        retrieve: (batchId, { vector_store_id }) => vectorStores.fileBatches.retrieve(vector_store_id, batchId),
        cancel: (batchId, { vector_store_id }) => vectorStores.fileBatches.cancel(vector_store_id, batchId),
        listFiles: (batchId, { vector_store_id, ...query }) =>
          vectorStores.fileBatches.listFiles(vector_store_id, batchId, query),
      },
    },
    models: {
      list: () => models.list(),
      retrieve: (model) => models.retrieve(model),
    },
    get: (path, options) => client.get(path, options),
  };
}
