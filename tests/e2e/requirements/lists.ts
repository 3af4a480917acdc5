import { type Area, testsOf } from './requirement.ts';

const objectKeys = testsOf('tests/e2e/object-keys.test.ts');
const messageContent = testsOf('tests/e2e/message-content.test.ts');
const wireFormat = testsOf('tests/e2e/wire-format.test.ts');
const pagination = testsOf('tests/e2e/pagination.test.ts', '$name > of openai $major');
const objects = testsOf('tests/e2e/objects.test.ts', 'objects through openai $major');
const refusals = testsOf('tests/e2e/refusals.test.ts', 'refusals through openai $major');
const runSettings = testsOf('tests/e2e/run-settings.test.ts');
const hostile = testsOf('tests/e2e/hostile-input.test.ts', 'hostile input is no fault of the server');

export const lists: Area = {
  name: 'Lists',
  works: 'cursors both ways, stable order, auto-pagination',
  routes: [
    'GET /assistants',
    'GET /threads/{id}/messages',
    'GET /threads/{id}/runs',
    'GET /threads/{id}/runs/{id}/steps',
    'GET /files',
  ],
  requirements: [
    {
      id: 'lists.envelope',
      promise: 'A page has object, data, first_id, last_id and has_more, in this order.',
      source: 'OpenAPI: ListMessagesResponse',
      tests: [
        objectKeys('%s has exactly the keys of recorded traffic, in their order', 'list'),
        messageContent('messages of a thread > are paged: 25 of them are 20, newest first, and 5'),
      ],
    },
    {
      id: 'lists.empty',
      promise: 'An empty page has null for both ids and no more.',
      source: 'recorded traffic 2025-10',
      tests: [wireFormat('errors on the wire > an empty list has no ids')],
    },
    {
      id: 'lists.auto-paging',
      promise: 'SDKs page through a thousand assistants, files and messages, and 250 runs, each once, in both orders.',
      source: 'openai SDKs 4 to 7',
      tests: [pagination('are paged through, each once: %s')],
    },
    {
      id: 'lists.stable',
      promise: 'Paging visits each item once while others add and delete, also where the end of a page is deleted.',
      source: 'openai SDKs 4 to 7',
      tests: [
        pagination('are paged through while others add and delete: %s'),
        objects('messages > are each visited once when deleted while paging'),
      ],
    },
    {
      id: 'lists.limit',
      promise: 'limit is from 1 to 100 and a whole number; another is refused with the bound.',
      source: 'OpenAPI: listMessages',
      tests: [refusals('of queries > %j'), runSettings('steps > are listed newest first, page by page')],
    },
    {
      id: 'lists.order',
      promise: 'order is asc or desc; another is refused.',
      source: 'OpenAPI: listMessages',
      tests: [refusals('of queries > %j'), runSettings('steps > are listed newest first, page by page')],
    },
    {
      id: 'lists.any-query',
      promise: 'Whatever is in a query, the answer is a page or a whole error.',
      source: 'project requirement',
      tests: [hostile('in a query: %s')],
    },
  ],
};
