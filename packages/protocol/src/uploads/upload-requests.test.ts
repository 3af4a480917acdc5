import { describe, expect, it } from 'vitest';
import { parseRequest } from '../errors/from-zod.ts';
import { CompleteUploadRequest, CreateUploadRequest } from './upload-requests.ts';

const UPLOAD = { filename: 'a.txt', purpose: 'assistants', bytes: 1, mime_type: 'text/plain' };
const expiresAfter = (seconds: unknown) => ({ expires_after: { anchor: 'created_at', seconds } });

describe('creating an upload', () => {
  it.each([
    {},
    { bytes: 8 * 2 ** 30 },
    { expires_after: null },
    expiresAfter(3600),
    expiresAfter(2_592_000),
    { purpose: 'user_data' },
    { filename: '文'.repeat(1024) },
    { mime_type: 'application/octet-stream' },
  ])('takes %o', (fields) => {
    expect(parseRequest(CreateUploadRequest, { ...UPLOAD, ...fields })).toEqual({ ...UPLOAD, ...fields });
  });

  it.each([
    ['/files/of/a.txt', 'a.txt'],
    ['C:\\files\\a b.txt', 'a b.txt'],
    ['folder/', 'upload'],
  ])('keeps of the path %s its last component', (filename, kept) => {
    expect(parseRequest(CreateUploadRequest, { ...UPLOAD, filename }).filename).toBe(kept);
  });

  it.each([
    [{ filename: undefined }, "Missing required parameter: 'filename'."],
    [{ purpose: undefined }, "Missing required parameter: 'purpose'."],
    [{ bytes: undefined }, "Missing required parameter: 'bytes'."],
    [{ mime_type: undefined }, "Missing required parameter: 'mime_type'."],
    [{ mime_type: '' }, "Invalid 'mime_type': empty string."],
    [{ filename: '' }, "Invalid 'filename': empty string."],
    [{ filename: '文'.repeat(1025) }, "Invalid 'filename': string too long."],
    [{ bytes: 0 }, "Invalid 'bytes': integer below minimum value."],
    [{ bytes: 8 * 2 ** 30 + 1 }, "Invalid 'bytes': integer above maximum value."],
    [{ bytes: '1' }, "Invalid type for 'bytes': expected an integer, but got a string instead."],
    [{ purpose: 'assistants_output' }, "'assistants_output' is not one of ['fine-tune', 'assistants', "],
    [expiresAfter(3599), "Invalid 'expires_after.seconds': integer below minimum value."],
    [expiresAfter(2_592_001), "Invalid 'expires_after.seconds': integer above maximum value."],
    [expiresAfter('3600'), "Invalid type for 'expires_after.seconds': expected an integer"],
    [{ expires_after: { anchor: 'now', seconds: 3600 } }, "Invalid value: 'now'."],
    [{ foo: 1 }, "Unknown parameter: 'foo'."],
  ])('refuses %o', (fields, message) => {
    expect(() => parseRequest(CreateUploadRequest, { ...UPLOAD, ...fields })).toThrow(message);
  });
});

describe('completing an upload', () => {
  it.each([{ part_ids: ['b', 'a'] }, { part_ids: ['a'], md5: 'x' }, { part_ids: ['a'], md5: null }])(
    'takes %o',
    (request) => {
      expect(parseRequest(CompleteUploadRequest, request)).toEqual(request);
    },
  );

  it.each([
    [{}, "Missing required parameter: 'part_ids'."],
    [{ part_ids: [] }, "Invalid 'part_ids': empty array."],
    [{ part_ids: 'a' }, "Invalid type for 'part_ids': expected an array, but got a string instead."],
    [{ part_ids: [1] }, "Invalid type for 'part_ids[0]': expected a string, but got an integer instead."],
    [{ part_ids: ['a', 'b', 'a'] }, "Invalid 'part_ids[2]': duplicate part 'a'."],
    [{ part_ids: Array.from({ length: 10_001 }, (_, n) => `${n}`) }, "Invalid 'part_ids': array too long."],
    [{ part_ids: ['a'], md5: 'x'.repeat(65) }, "Invalid 'md5': string too long."],
    [{ part_ids: ['a'], foo: 1 }, "Unknown parameter: 'foo'."],
  ])('refuses %o', (request, message) => {
    expect(() => parseRequest(CompleteUploadRequest, request)).toThrow(message);
  });
});
