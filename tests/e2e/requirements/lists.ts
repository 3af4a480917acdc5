import { type Area, testsOf } from './requirement.ts';

const objectKeys = testsOf('tests/e2e/object-keys.test.ts');
const messageContent = testsOf('tests/e2e/message-content.test.ts');
const wireFormat = testsOf('tests/e2e/wire-format.test.ts');
const pagination = testsOf('tests/e2e/pagination.test.ts', '$name > of openai $major');
const objects = testsOf('tests/e2e/objects.test.ts', 'objects through openai $major');
const refusals = testsOf('tests/e2e/refusals.test.ts', 'refusals through openai $major');
const runSettings = testsOf('tests/e2e/run-settings.test.ts');
const hostile = testsOf('tests/e2e/hostile-input.test.ts', 'hostile input is no fault of the server');
const http = testsOf('tests/e2e/http.test.ts');

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
      promise: 'limit is from 1 to 100; another is refused with the bound, and no number at all as a wrong type.',
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
    {
      id: 'lists.cursor-kind',
      promise:
        'A cursor that is no id of what is listed, such as undefined, is refused with the prefix that was expected.',
      source: 'unconfirmed: safest for clients',
      tests: [
        http('cursors > of another kind are refused: %s', '/assistants'),
        http('cursors > of another kind are refused: %s', '/threads/thread_1/messages'),
        http('cursors > of another kind are refused: %s', '/threads/thread_1/runs'),
        http('cursors > of another kind are refused: %s', '/threads/thread_1/runs/run_1/steps'),
        http('cursors > of another kind are refused: %s', '/files'),
      ],
    },
    {
      id: 'lists.cursor-unknown',
      promise: 'A cursor of the right kind need not exist, and an empty one counts as none.',
      source: 'unconfirmed: safest for clients',
      tests: [http('cursors > may be ids of what was never there, and count for nothing where they are empty')],
    },
    {
      id: 'lists.files',
      promise: 'A page of files has at most 10,000, and before is ignored.',
      source: 'OpenAPI: listFiles',
      tests: [http('cursors > come with 10,000 files at most'), http('cursors > of files lead behind them alone')],
    },
  ],
};
