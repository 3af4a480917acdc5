import { type Area, testsOf } from './requirement.ts';

const wireFormat = testsOf('tests/e2e/wire-format.test.ts');
const http = testsOf('tests/e2e/http.test.ts');
const refusals = testsOf('tests/e2e/refusals.test.ts', 'refusals through openai $major');
const gate = testsOf('packages/http/test/gate.test.ts');
const bodies = testsOf('packages/http/test/bodies.test.ts');

export const access: Area = {
  name: 'Keys, headers and browsers',
  works: 'bearer, basic and Azure keys; request ids; CORS; `/health`',
  routes: ['every route', 'GET /health', 'preflights'],
  requirements: [
    {
      id: 'access.bearer',
      promise: 'A key is taken as a bearer, in any case, or as a password with a blank user; any key of the list.',
      source: 'field reports',
      tests: [wireFormat('keys on the wire > are taken as %s')],
    },
    {
      id: 'access.api-key',
      promise: 'A key is taken from the header of Azure, and never from the query or as a user name.',
      source: 'Azure OpenAI clients',
      tests: [
        http('keys > in %s', 'a header of Azure'),
        http('keys > in %s', 'the query'),
        http('keys > in %s', 'a user name'),
        http('keys > in %s', 'two bearers'),
      ],
    },
    {
      id: 'access.missing',
      promise: 'A request without a key, or with one of another scheme, is a 401 in the words of the service.',
      source: 'field reports',
      tests: [
        wireFormat('keys on the wire > %s', 'missing'),
        wireFormat('keys on the wire > %s', 'of another scheme'),
        wireFormat('keys on the wire > %s', 'without a scheme'),
      ],
    },
    {
      id: 'access.wrong',
      promise: 'A wrong key is a 401 as invalid_api_key, which shows the key masked.',
      source: 'field reports',
      tests: [refusals('of keys > that the server does not know, without repeating them')],
    },
    {
      id: 'access.first',
      promise: 'A key is asked for before the body is read, an id is looked at or an object is looked for.',
      source: 'field reports',
      tests: [
        wireFormat('keys on the wire > are asked for before anything else'),
        gate('keys > are asked for before anything else is looked at, but not for the health'),
      ],
    },
    {
      id: 'access.health',
      promise: 'The health of the server is told without a key.',
      source: 'project requirement',
      tests: [http('keys > are not needed for the health of the server')],
    },
    {
      id: 'access.request-id',
      promise: 'Every answer has a request id of its own, errors and streams too.',
      source: 'recorded traffic 2025-10',
      tests: [
        http('every answer > has its headers: %s', 'an object'),
        http('every answer > has its headers: %s', 'a list'),
        http('every answer > has its headers: %s', 'a refusal'),
        http('every answer > has its headers: %s', 'nothing found'),
        http('every answer > has its headers: %s', 'an unknown path'),
        http('every answer > has its headers: %s', 'a wrong method'),
        wireFormat('a stream on the wire > has these headers'),
        gate('headers of every answer > have a request id of their own'),
      ],
    },
    {
      id: 'access.headers',
      promise: 'Every answer has the version of the API and the time it took.',
      source: 'recorded traffic 2025-10',
      tests: [http('every answer > has its headers: %s'), wireFormat('a stream on the wire > has these headers')],
    },
    {
      id: 'access.beta',
      promise: 'OpenAI-Beta makes no difference, whatever it says and whether it is there.',
      source: 'unconfirmed: safest for clients',
      tests: [http('headers of clients > OpenAI-Beta may be %s')],
    },
    {
      id: 'access.client-headers',
      promise: 'Headers of SDKs, organisation and project among them, make no difference.',
      source: 'openai SDKs 4 to 7',
      tests: [http('headers of clients > %s makes no difference')],
    },
    {
      id: 'access.get-bodies',
      promise: 'Bodies and content types of GET and DELETE are not looked at.',
      source: 'openai-node 4',
      tests: [
        http('bodies > of GET and DELETE are not looked at'),
        bodies('JSON bodies > are not read for GET, whatever the headers say'),
      ],
    },
    {
      id: 'access.body-forms',
      promise: 'A body may be written over several lines, in chunks, and be asked for with 100-continue.',
      source: 'openai SDKs 4 to 7',
      tests: [
        http('bodies > may be written over several lines'),
        http('bodies > may come in chunks, and when they are asked for'),
      ],
    },
    {
      id: 'access.unknown-query',
      promise: 'A query that the server does not know is ignored.',
      source: 'Azure OpenAI clients',
      tests: [http('paths > may have a query that nobody knows')],
    },
    {
      id: 'access.preflight',
      promise: 'A browser may ask without a key what it may send, and may send every header of an SDK.',
      source: 'openai SDKs 4 to 7',
      tests: [http('browsers > may send what an SDK sends, asked without a key')],
    },
    {
      id: 'access.cors',
      promise: 'A browser may read answers, refusals and streams, with request id and polling time.',
      source: 'openai SDKs 4 to 7',
      tests: [http('browsers > may read answers, refusals and streams, and their headers')],
    },
    {
      id: 'access.cors-origins',
      promise: 'Where origins are listed, a browser of another origin may not read.',
      source: 'project requirement',
      tests: [
        gate('browsers > of an allowed origin may read answers and errors'),
        gate('browsers > of another origin may not'),
      ],
    },
  ],
};
