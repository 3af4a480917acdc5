import { type Area, testsOf } from './requirement.ts';

const refusals = testsOf('tests/e2e/refusals.test.ts', 'refusals through openai $major');
const wireFormat = testsOf('tests/e2e/wire-format.test.ts');
const properties = testsOf('tests/e2e/properties.test.ts');
const objectKeys = testsOf('tests/e2e/object-keys.test.ts');
const bodies = testsOf('packages/http/test/bodies.test.ts');
const http = testsOf('tests/e2e/http.test.ts');
const hostile = testsOf('tests/e2e/hostile-input.test.ts', 'hostile input is no fault of the server');

export const errors: Area = {
  name: 'Errors',
  works: 'status, type, code, param and text as clients match on them',
  routes: ['every route'],
  requirements: [
    {
      id: 'errors.envelope',
      promise: 'Every refusal is an error with message, type, param and code, as JSON, with a request id.',
      source: 'recorded traffic 2025-10',
      tests: [
        refusals('of objects that do not exist > an assistant'),
        wireFormat('errors on the wire > unknown paths and methods'),
        properties('whatever is sent to %s is done and shown as it is, or refused and leaves nothing behind'),
      ],
    },
    {
      id: 'errors.keys',
      promise: 'An error has exactly the keys of recorded traffic.',
      source: 'recorded traffic 2025-10',
      tests: [objectKeys('%s has exactly the keys of recorded traffic, in their order', 'error')],
    },
    {
      id: 'errors.sdk-classes',
      promise: 'SDKs raise their own classes for 400, 401 and 404, with code, param, type and request id.',
      source: 'openai SDKs 4 to 7',
      tests: [
        refusals('of objects that do not exist > an assistant'),
        refusals('of bodies > an assistant with %s'),
        refusals('of keys > that the server does not know, without repeating them'),
      ],
    },
    {
      id: 'errors.ids',
      promise:
        'An id of another kind, such as undefined, is refused as invalid_value with the prefix that was expected.',
      source: 'field reports',
      tests: [refusals('of ids that are none > such as undefined')],
    },
    {
      id: 'errors.json',
      promise: "A body that is no JSON is refused with the service's text, and nothing is stored.",
      source: 'recorded traffic 2025-10',
      tests: [wireFormat('errors on the wire > malformed JSON: %j')],
    },
    {
      id: 'errors.json-no-object',
      promise: 'JSON that is no object is refused.',
      source: 'OpenAPI: requests',
      tests: [wireFormat('errors on the wire > JSON that is no object: %s'), bodies('JSON bodies > %j is refused')],
    },
    {
      id: 'errors.empty-body',
      promise: 'An empty body counts as {}: what it lacks is named.',
      source: 'openai SDKs 4 to 7',
      tests: [wireFormat('errors on the wire > empty bodies count as {}')],
    },
    {
      id: 'errors.content-type',
      promise: 'A body of another content type is refused with 415; application/json may have a charset.',
      source: 'field reports',
      tests: [wireFormat('errors on the wire > another content type')],
    },
    {
      id: 'errors.body-too-large',
      promise: 'A body above the limit is refused with 413, and one of 8 MB is taken.',
      source: 'unconfirmed: safest for clients',
      tests: [
        http('bodies > that are too large are refused'),
        http('bodies > of 8 MB are taken'),
        bodies('JSON bodies > above the limit are refused, announced or not'),
      ],
    },
    {
      id: 'errors.first',
      promise: 'One fault of a body is told, not all.',
      source: 'field reports',
      tests: [http('bodies > have their first fault told')],
    },
    {
      id: 'errors.metadata',
      promise:
        'Metadata have at most 16 pairs, keys of 64 and values of 512 characters, which are strings; each is refused in its own words.',
      source: 'recorded traffic 2025-10',
      tests: [
        refusals('of bodies > an assistant with %s', 'metadata of another type'),
        refusals('of bodies > an assistant with %s', 'too much metadata'),
        refusals('of bodies > an assistant with %s', 'a metadata value too long'),
        refusals('of bodies > an assistant with a metadata key too long'),
        refusals('of bodies > takes everything that is just within its limit'),
      ],
    },
    {
      id: 'errors.unknown-path',
      promise: 'An unknown path is a 404 with the method and the path.',
      source: 'field reports',
      tests: [wireFormat('errors on the wire > unknown paths and methods'), http('paths > %s is not there')],
    },
    {
      id: 'errors.method',
      promise: 'A wrong method is a 405 as method_not_supported, with the methods that there are.',
      source: 'field reports',
      tests: [http('paths > %s %s is refused, with the methods there are')],
    },
    {
      id: 'errors.slashes',
      promise: 'A slash at the end and double slashes lead to the same route.',
      source: 'openai SDKs 4 to 7',
      tests: [wireFormat('errors on the wire > %s is the list of assistants')],
    },
    {
      id: 'errors.broken-paths',
      promise: 'A path or query that cannot be decoded is no fault of the server.',
      source: 'project requirement',
      tests: [http('paths > that are broken are no fault of the server')],
    },
    {
      id: 'errors.hostile',
      promise:
        'Hostile bodies, ids, queries and uploads are refused with whole errors, and leave everything as it was.',
      source: 'project requirement',
      tests: [
        hostile('in a body: %s'),
        hostile('in an id: %s'),
        hostile('in an upload: %s'),
        hostile('and leaves everything as it was'),
      ],
    },
  ],
};
