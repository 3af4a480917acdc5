import { type Area, testsOf } from './requirement.ts';

const objects = testsOf('tests/e2e/objects.test.ts', 'objects through openai $major');
const objectKeys = testsOf('tests/e2e/object-keys.test.ts');
const wireFormat = testsOf('tests/e2e/wire-format.test.ts');
const bodies = testsOf('packages/http/test/bodies.test.ts');
const messageContent = testsOf('tests/e2e/message-content.test.ts');
const refusals = testsOf('tests/e2e/refusals.test.ts', 'refusals through openai $major');
const assistantSettings = testsOf('tests/e2e/assistant-settings.test.ts');
const activeRuns = testsOf('tests/e2e/active-runs.test.ts', 'active runs through openai $major');

export const threads: Area = {
  name: 'Threads',
  works: 'create with messages and tool resources, retrieve, modify and delete',
  routes: ['POST /threads', 'GET /threads/{id}', 'POST /threads/{id}', 'DELETE /threads/{id}'],
  requirements: [
    {
      id: 'threads.empty',
      promise: 'A thread made without anything has empty metadata and tool_resources, and no messages.',
      source: 'recorded traffic 2025-10',
      tests: [objects('threads > begins empty, without a body')],
    },
    {
      id: 'threads.keys',
      promise: 'A thread has exactly the keys of recorded traffic, in their order.',
      source: 'recorded traffic 2025-10',
      tests: [objectKeys('%s has exactly the keys of recorded traffic, in their order', 'thread')],
    },
    {
      id: 'threads.empty-body',
      promise: 'A thread is made by an empty body too, with or without a JSON content type.',
      source: 'recorded traffic 2025-10',
      tests: [wireFormat('errors on the wire > empty bodies count as {}')],
    },
    {
      id: 'threads.null-body',
      promise: 'A thread is made by a body of null.',
      source: 'unconfirmed: safest for clients',
      tests: [bodies('JSON bodies > %j with %o is a thread without messages', 'null')],
    },
    {
      id: 'threads.messages',
      promise: 'A thread begins with the messages of the request, in their order.',
      source: 'OpenAPI: CreateThreadRequest',
      tests: [objects('threads > begins with messages, in their order')],
    },
    {
      id: 'threads.many-messages',
      promise: 'A thread may begin with a hundred messages.',
      source: 'unconfirmed: safest for clients',
      tests: [messageContent('a thread > may begin with a hundred messages')],
    },
    {
      id: 'threads.bad-message',
      promise: 'A thread with one bad message among good ones is refused, with the place of what is wrong.',
      source: 'OpenAPI: CreateThreadRequest',
      tests: [refusals('of bodies > a thread with a bad message among good ones')],
    },
    {
      id: 'threads.metadata',
      promise: 'New metadata replace the old as a whole, and null clears them.',
      source: 'unconfirmed: safest for clients',
      tests: [
        objects('threads > takes new metadata as a whole'),
        messageContent('a thread > takes nothing but metadata and tool_resources later'),
      ],
    },
    {
      id: 'threads.update',
      promise: 'An update takes metadata and tool_resources alone; an empty one changes nothing.',
      source: 'OpenAPI: ModifyThreadRequest',
      tests: [messageContent('a thread > takes nothing but metadata and tool_resources later')],
    },
    {
      id: 'threads.tool-resources',
      promise: 'tool_resources of a thread are shown as set, and kept when only metadata change.',
      source: 'OpenAPI: CreateThreadRequest',
      tests: [assistantSettings('tool_resources > of a thread are shown as set and replaced')],
    },
    {
      id: 'threads.delete',
      promise:
        'A deleted thread is answered as thread.deleted; it, its messages and a second deletion are 404 with the id of the thread.',
      source: 'Assistants API guide: how it works',
      tests: [objects('threads > takes its messages along when deleted')],
    },
    {
      id: 'threads.delete-runs',
      promise: 'Runs and steps of a deleted thread are 404 with the id of the thread, and its files are kept.',
      source: 'Assistants API guide: how it works',
      tests: [messageContent('a thread > takes runs and steps along when deleted, and leaves files')],
    },
    {
      id: 'threads.delete-active',
      promise: 'A thread may be deleted while a run is active: the run stops, and its stream ends in order.',
      source: 'unconfirmed: safest for clients',
      tests: [activeRuns('end with their thread')],
    },
    {
      id: 'threads.no-list',
      promise: 'There is no list of threads: the request is refused as a wrong method.',
      source: 'unconfirmed: safest for clients',
      tests: [messageContent('a thread > is not listed with others')],
    },
    {
      id: 'threads.not-found',
      promise: 'A thread that does not exist is a 404 with its id on every route that takes one.',
      source: 'field reports',
      tests: [refusals('of objects that do not exist > a thread')],
    },
    {
      id: 'threads.parent-first',
      promise: 'Of a thread and what is in it, neither of which exists, the thread is named.',
      source: 'unconfirmed: safest for clients',
      tests: [refusals('of objects that do not exist > a thread, before anything in it')],
    },
    {
      id: 'threads.tool-resources-null',
      promise: 'null clears the tool_resources of a thread, and {} leaves them.',
      source: 'OpenAPI: ModifyThreadRequest',
      tests: [objects('assistants > and threads clear their resources with null, and else replace them tool by tool')],
    },
  ],
};
