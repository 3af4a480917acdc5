import { expect, it } from 'vitest';
import { parseBlobsUrl } from './parse-blobs-url.ts';

it.each([
  ['s3://files', { bucket: 'files' }],
  ['s3://files/', { bucket: 'files' }],
  ['s3://files/a/b', { bucket: 'files', prefix: 'a/b/' }],
  ['s3://files/a/?region=eu-central-1', { bucket: 'files', prefix: 'a/', region: 'eu-central-1' }],
  [
    's3://my.files?endpoint=http://minio:9000&path_style=false',
    { bucket: 'my.files', endpoint: 'http://minio:9000', forcePathStyle: false },
  ],
  [
    's3://files?endpoint=https%3A%2F%2Fminio&path_style=true',
    { bucket: 'files', endpoint: 'https://minio', forcePathStyle: true },
  ],
])('reads %s', (url, target) => {
  expect(parseBlobsUrl(url)).toEqual(target);
});

it.each([
  '',
  'files',
  's3:files',
  's3://',
  's3:///a',
  's3://key:secret@files',
  's3://files?endpoint=minio:9000',
  's3://files?endpoint=ftp://minio',
  's3://files?region=',
  's3://files?path_style=yes',
  's3://files?prefix=a',
  'https://files.s3.amazonaws.com',
])('knows nothing of %j', (url) => {
  expect(parseBlobsUrl(url)).toBeNull();
});
