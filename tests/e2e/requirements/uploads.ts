import { type Area, testsOf } from './requirement.ts';

const uploadsTests = testsOf('tests/e2e/uploads.test.ts', 'uploads through openai $major');
const uploadsOnTheWire = testsOf('tests/e2e/uploads.test.ts');
const largeFiles = testsOf('tests/e2e/large-files.test.ts');

export const uploads: Area = {
  name: 'Uploads',
  works: 'create, add parts, complete with order and checksum, cancel, expire',
  routes: ['POST /uploads', 'POST /uploads/{id}/parts', 'POST /uploads/{id}/complete', 'POST /uploads/{id}/cancel'],
  requirements: [
    {
      id: 'uploads.pending',
      promise: 'A new upload is pending and expires an hour after its creation.',
      source: 'recorded traffic 2025-09',
      tests: [uploadsTests('become a file of the parts in the order that completes it, however they arrived')],
    },
    {
      id: 'uploads.complete',
      promise:
        'Parts that arrive in any order become one file in the order that completes the upload, which then shows the file.',
      source: 'OpenAPI: completeUpload',
      tests: [uploadsTests('become a file of the parts in the order that completes it, however they arrived')],
    },
    {
      id: 'uploads.md5',
      promise: 'A checksum that differs is refused, one in capitals is taken, and the upload can still be completed.',
      source: 'OpenAPI: CompleteUploadRequest',
      tests: [uploadsOnTheWire('an upload > is not completed by %s, and can be completed then', 'another checksum')],
    },
    {
      id: 'uploads.size',
      promise: 'Parts of another size than was announced are refused, and the upload can still be completed.',
      source: 'OpenAPI: completeUpload',
      tests: [
        uploadsOnTheWire('an upload > is not completed by %s, and can be completed then', 'one part too few'),
        uploadsOnTheWire('an upload > is not completed by %s, and can be completed then', 'one part too many'),
      ],
    },
    {
      id: 'uploads.parts',
      promise: 'A part that is named twice, or that the upload does not have, is refused.',
      source: 'unconfirmed: safest for clients',
      tests: [
        uploadsOnTheWire('an upload > is not completed by %s, and can be completed then', 'a part twice'),
        uploadsOnTheWire('an upload > is not completed by %s, and can be completed then', 'a part it does not have'),
        uploadsOnTheWire('an upload > knows only its own parts'),
      ],
    },
    {
      id: 'uploads.part-data',
      promise: 'A part has data and nothing else, of any bytes and with any name or none.',
      source: 'OpenAPI: addUploadPart',
      tests: [
        uploadsOnTheWire('a part > may have any bytes, and no name'),
        uploadsOnTheWire('a part > %s', 'without data'),
        uploadsOnTheWire('a part > %s', 'with more than data'),
        uploadsOnTheWire('a part > %s', 'as JSON'),
      ],
    },
    {
      id: 'uploads.part-limit',
      promise: 'A part has at most 64 MiB.',
      source: 'OpenAPI: addUploadPart',
      tests: [uploadsOnTheWire('a part > has 64 MiB at most')],
    },
    {
      id: 'uploads.part-broken',
      promise: 'A part that breaks off is refused and forgotten.',
      source: 'project requirement',
      tests: [uploadsOnTheWire('a part > that breaks off is refused and forgotten')],
    },
    {
      id: 'uploads.cancel',
      promise: 'A cancelled upload cannot be completed and leaves nothing behind.',
      source: 'OpenAPI: cancelUpload',
      tests: [uploadsTests('can be cancelled')],
    },
    {
      id: 'uploads.ended',
      promise: 'An upload that has ended is refused with its status.',
      source: 'unconfirmed: safest for clients',
      tests: [
        uploadsTests('become a file of the parts in the order that completes it, however they arrived'),
        uploadsTests('can be cancelled'),
      ],
    },
    {
      id: 'uploads.expiry',
      promise: 'An upload expires after an hour, though nobody asks, and its parts are forgotten.',
      source: 'recorded traffic 2025-09',
      tests: [
        uploadsOnTheWire(
          'an upload > expires after an hour, whether or not anybody asks, and is forgotten a day later',
        ),
      ],
    },
    {
      id: 'uploads.file-expiry',
      promise: 'The file of an upload has the life that was asked for.',
      source: 'OpenAPI: CreateUploadRequest',
      tests: [uploadsOnTheWire('an upload > gives its file the life that was asked for')],
    },
    {
      id: 'uploads.not-found',
      promise: 'An upload that does not exist is a 404 with its id.',
      source: 'unconfirmed: safest for clients',
      tests: [uploadsOnTheWire('an upload > that never was is not found: %s')],
    },
    {
      id: 'uploads.no-read',
      promise: 'Uploads are neither listed nor retrieved.',
      source: 'OpenAPI: paths',
      tests: [uploadsOnTheWire('an upload > has no route to be read by')],
    },
    {
      id: 'uploads.large',
      promise: 'Parts of 128 MiB are joined without being held in memory.',
      source: 'project requirement',
      tests: [largeFiles('joins the parts of a file of 128 MiB without holding it')],
    },
  ],
};
