import { type Area, testsOf } from './requirement.ts';

const filesTests = testsOf('tests/e2e/files.test.ts', 'files and models through openai $major');
const objectKeys = testsOf('tests/e2e/object-keys.test.ts');
const wireFormat = testsOf('tests/e2e/wire-format.test.ts');
const bodies = testsOf('packages/http/test/bodies.test.ts');
const filesOnTheWire = testsOf('tests/e2e/files.test.ts');
const largeFiles = testsOf('tests/e2e/large-files.test.ts');
const hostile = testsOf('tests/e2e/hostile-input.test.ts', 'hostile input is no fault of the server');
const properties = testsOf('tests/e2e/properties.test.ts');
const refusals = testsOf('tests/e2e/refusals.test.ts', 'refusals through openai $major');

export const files: Area = {
  name: 'Files',
  works: 'upload, list by purpose, retrieve, content with ranges, expiry, delete',
  routes: ['POST /files', 'GET /files', 'GET /files/{id}', 'GET /files/{id}/content', 'DELETE /files/{id}'],
  requirements: [
    {
      id: 'files.round-trip',
      promise:
        'A file comes back byte for byte, whether it was sent as a File, a Buffer with a name in any script, or a stream without a length.',
      source: 'openai SDKs 4 to 7',
      tests: [
        filesTests('come back as they were sent with %s', 'a File'),
        filesTests('come back as they were sent with %s', 'toFile'),
        filesTests('come back as they were sent with %s', 'a file stream'),
      ],
    },
    {
      id: 'files.object',
      promise:
        'A file shows its size, name and purpose, is processed at once, and has no expires_at unless it was given one.',
      source: 'recorded traffic 2025-10',
      tests: [filesTests('come back as they were sent with %s')],
    },
    {
      id: 'files.keys',
      promise: 'A file has exactly the keys of recorded traffic, in their order.',
      source: 'recorded traffic 2025-10',
      tests: [objectKeys('%s has exactly the keys of recorded traffic, in their order', 'file')],
    },
    {
      id: 'files.field-order',
      promise: 'The parts of the form may come in any order.',
      source: 'openai SDKs 4 to 7',
      tests: [
        wireFormat('errors on the wire > files: no form, no file, no purpose'),
        bodies('uploads > are taken with %s', 'purpose first'),
        bodies('uploads > are taken with %s', 'file first'),
        bodies('uploads > are taken with %s', 'a final line end'),
      ],
    },
    {
      id: 'files.required',
      promise: 'An upload without a file or a purpose is refused as lacking it, and nothing is kept.',
      source: 'OpenAPI: CreateFileRequest',
      tests: [
        wireFormat('errors on the wire > files: no form, no file, no purpose'),
        bodies('uploads > %s are refused, and nothing is kept', 'without a file'),
        bodies('uploads > %s are refused, and nothing is kept', 'without a purpose'),
      ],
    },
    {
      id: 'files.purpose',
      promise: 'A purpose that is none is refused with those that there are, and so are those of the server alone.',
      source: 'recorded traffic 2025-10',
      tests: [
        filesTests('are refused for a purpose that is none, and nothing is kept'),
        filesOnTheWire('purposes > that only the server writes for are refused: %s', 'assistants_output'),
        filesOnTheWire('purposes > that only the server writes for are refused: %s', 'batch_output'),
        filesOnTheWire('purposes > that only the server writes for are refused: %s', 'fine-tune-results'),
      ],
    },
    {
      id: 'files.broken-form',
      promise: 'A form that breaks off or is none is refused, and nothing is kept.',
      source: 'unconfirmed: safest for clients',
      tests: [
        bodies('uploads > %s are refused, and nothing is kept', 'that break off'),
        bodies('uploads > %s are refused, and nothing is kept', 'that are no form'),
        bodies('uploads > as JSON are refused'),
        bodies('uploads > whose client leaves are forgotten'),
      ],
    },
    {
      id: 'files.too-large',
      promise: 'A file above the limit is refused with 413, and nothing is kept.',
      source: 'unconfirmed: safest for clients',
      tests: [bodies('uploads > %s are refused, and nothing is kept', 'that are too large')],
    },
    {
      id: 'files.large',
      promise: 'A file of 512 MiB is taken and sent back without being held in memory.',
      source: 'OpenAPI: createFile',
      tests: [largeFiles('takes a file of 512 MiB and sends it back without holding it')],
    },
    {
      id: 'files.name',
      promise: 'Folders in the name of a file are cut off; names in any script are kept and sent back.',
      source: 'recorded traffic 2025-09',
      tests: [
        hostile('in the name of a file: %s'),
        filesOnTheWire('the content of a file > has the name %s', 'plain name.txt'),
      ],
    },
    {
      id: 'files.name-limit',
      promise: 'A name that no header could carry is refused.',
      source: 'project requirement',
      tests: [filesOnTheWire('the content of a file > cannot have a name that no header could carry')],
    },
    {
      id: 'files.empty',
      promise: 'A file may be empty.',
      source: 'unconfirmed: safest for clients',
      tests: [filesOnTheWire('the content of a file > may be empty')],
    },
    {
      id: 'files.list',
      promise: 'Files are listed newest first or oldest first, by purpose and by pages.',
      source: 'OpenAPI: listFiles',
      tests: [
        filesTests('are listed by purpose, newest first, and paged'),
        properties('whatever is sent to %s is done and shown as it is, or refused and leaves nothing behind'),
      ],
    },
    {
      id: 'files.content-headers',
      promise: 'Content is application/octet-stream with its length and its name as an attachment.',
      source: 'recorded traffic 2025-10',
      tests: [filesTests('come back as they were sent with %s')],
    },
    {
      id: 'files.content-range',
      promise:
        'A part of the content is sent for a range, all of it where the range is none, and 416 where it begins behind the end.',
      source: 'RFC 9110',
      tests: [
        filesOnTheWire('the content of a file > is sent in part for %s', 'bytes=0-3'),
        filesOnTheWire('the content of a file > is sent in part for %s', 'bytes=7-'),
        filesOnTheWire('the content of a file > is sent in part for %s', 'bytes=-2'),
        filesOnTheWire('the content of a file > is sent as a whole for %j'),
        filesOnTheWire('the content of a file > has nothing at %s of %j'),
      ],
    },
    {
      id: 'files.content-purposes',
      promise:
        'Content of any purpose may be downloaded, except on a strict server, which refuses those that the service refused.',
      source: 'recorded traffic 2025-10',
      tests: [
        filesTests('come back as they were sent with %s'),
        filesOnTheWire('purposes > keep files of a strict server from being downloaded'),
      ],
    },
    {
      id: 'files.expiry',
      promise:
        'A file with expires_after shows expires_at, is gone for everybody at that time, and is swept with its content.',
      source: 'OpenAPI: FileExpirationAfter',
      tests: [
        bodies('uploads > may expire'),
        filesOnTheWire('a file that expires > is gone at once for everybody, though nobody has swept'),
        filesOnTheWire('a file that expires > is swept with its content, though nobody asks'),
      ],
    },
    {
      id: 'files.expiry-batch',
      promise: 'A file for a batch has 30 days.',
      source: 'OpenAPI: createFile',
      tests: [filesOnTheWire('a file that expires > has 30 days if it is for a batch')],
    },
    {
      id: 'files.delete',
      promise: 'A deleted file is answered with its id, and neither it nor its content is found any more.',
      source: 'recorded traffic 2025-10',
      tests: [filesTests('come back as they were sent with %s')],
    },
    {
      id: 'files.not-found',
      promise: 'A file that does not exist is a 404 with its id and param id.',
      source: 'recorded traffic 2025-10',
      tests: [refusals('of objects that do not exist > a file')],
    },
  ],
};
