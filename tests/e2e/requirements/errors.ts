import { type Area, testsOf } from './requirement.ts';

const refusals = testsOf('tests/e2e/refusals.test.ts', 'refusals through openai $major');
const wireFormat = testsOf('tests/e2e/wire-format.test.ts');
const properties = testsOf('tests/e2e/properties.test.ts');
const objectKeys = testsOf('tests/e2e/object-keys.test.ts');
const bodies = testsOf('packages/http/test/bodies.test.ts');
const http = testsOf('tests/e2e/http.test.ts');
const hostile = testsOf('tests/e2e/hostile-input.test.ts', 'hostile input is no fault of the server');
const runSettings = testsOf('tests/e2e/run-settings.test.ts');
const messageContent = testsOf('tests/e2e/message-content.test.ts');
const trouble = testsOf('tests/e2e/trouble.test.ts');
const troubleOfSdks = testsOf('tests/e2e/trouble.test.ts', 'trouble of the server, through openai $major');

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
      source: 'field reports',
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
    {
      id: 'errors.missing-parameter',
      promise: 'A missing parameter is named with its place, as missing_required_parameter.',
      source: 'OpenAPI: requests',
      tests: [
        refusals('of bodies > an assistant with %s', 'no model'),
        refusals('of bodies > an assistant with %s', 'a function without a name'),
        refusals('of bodies > a thread with a bad message among good ones'),
        runSettings('what a run is refused for > on a new thread: %s', 'a bad message of its thread'),
      ],
    },
    {
      id: 'errors.unknown-parameter',
      promise: 'An unknown parameter is named with its place, as unknown_parameter.',
      source: 'OpenAPI: additionalProperties false',
      tests: [
        refusals('of bodies > a thread with a bad message among good ones'),
        runSettings('what a run is refused for > on a new thread: %s', 'an unknown key of its thread'),
        runSettings('tool outputs > are refused as %s, and the run waits on', 'an unknown key'),
      ],
    },
    {
      id: 'errors.invalid-type',
      promise: 'A wrong type is told with what was expected and what came, as invalid_type.',
      source: 'recorded traffic 2025-10',
      tests: [
        refusals('of bodies > an assistant with %s', 'a number for a model'),
        refusals('of bodies > an assistant with %s', 'metadata of another type'),
        runSettings('what a run is refused for > %s', 'a stream of another type'),
        runSettings('what a run is refused for > %s', 'half a token'),
        runSettings('what a run is refused for > %s', 'parallel calls of null'),
      ],
    },
    {
      id: 'errors.invalid-value',
      promise:
        'A value that is none of a list is told with the list, as invalid_value: two joined by and, three or more with commas.',
      source: 'field reports',
      tests: [
        refusals('of bodies > a message with %s', 'a role that is none'),
        refusals('of bodies > a run with what it does not know'),
        messageContent('the content of a message > is refused as %s', 'an image of another detail'),
      ],
    },
    {
      id: 'errors.string-too-long',
      promise: 'A text that is too long is told with the limit and its length, as string_above_max_length.',
      source: 'field reports',
      tests: [
        refusals('of bodies > an assistant with %s', 'a name too long'),
        refusals('of bodies > an assistant with %s', 'a description too long'),
        refusals('of bodies > an assistant with %s', 'instructions too long'),
      ],
    },
    {
      id: 'errors.arrays',
      promise: 'A list that is too long is told as array_above_max_length, an empty one as empty_array.',
      source: 'field reports',
      tests: [
        refusals('of bodies > an assistant with %s', 'too many tools'),
        refusals('of bodies > a message with %s', 'no parts'),
      ],
    },
    {
      id: 'errors.numbers',
      promise: 'A number out of bounds is told with the bound, apart for integers and decimals, above and below.',
      source: 'field reports',
      tests: [
        refusals('of queries > %j'),
        refusals('of bodies > an assistant with %s', 'a temperature too high'),
        refusals('of bodies > an assistant with %s', 'a temperature too low'),
        runSettings('what a run is refused for > %s', 'no prompt tokens'),
      ],
    },
    {
      id: 'errors.query-type',
      promise: 'A limit that is no number is told as a wrong type.',
      source: 'unconfirmed: safest for clients',
      tests: [refusals('of queries > %j')],
    },
    {
      id: 'errors.unavailable',
      promise:
        'Where the server cannot reach its store for a moment the answer is a 503 with Retry-After, and an SDK that tries again does not notice.',
      source: 'openai SDKs 4 to 7',
      tests: [
        trouble('trouble on the wire > that passes is a 503 that says when to try again'),
        troubleOfSdks('that passes is not noticed: the SDK tries again'),
      ],
    },
    {
      id: 'errors.internal',
      promise:
        "A fault of the server is a 500 as server_error in the service's words, with the request id and nothing of the fault.",
      source: 'field reports',
      tests: [
        trouble('trouble on the wire > of any other kind is a 500 with the request id, and tells nothing of itself'),
      ],
    },
  ],
};
