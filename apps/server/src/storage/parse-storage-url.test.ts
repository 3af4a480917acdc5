import { expect, it } from 'vitest';
import { parseStorageUrl } from './parse-storage-url.ts';

it.each([
  ['memory:', { driver: 'memory' }],
  ['sqlite:./data/storage.db', { driver: 'sqlite', path: './data/storage.db' }],
  ['sqlite:storage.db?synchronous=full', { driver: 'sqlite', path: 'storage.db', synchronous: 'full' }],
  ['sqlite:/var/lib/storage.db', { driver: 'sqlite', path: '/var/lib/storage.db' }],
  ['sqlite:///var/lib/storage.db', { driver: 'sqlite', path: '/var/lib/storage.db' }],
  ['postgres://ann:p%40ss@db/app', { driver: 'postgres', url: 'postgres://ann:p%40ss@db/app' }],
  [
    'postgresql://db/app?schema=assistants&max_connections=25&sslmode=require',
    { driver: 'postgres', url: 'postgresql://db/app?sslmode=require', schema: 'assistants', maxConnections: 25 },
  ],
  ['redis://:secret@cache:6379/2', { driver: 'redis', url: 'redis://:secret@cache:6379/2' }],
  ['rediss://cache?key_prefix=a:b:', { driver: 'redis', url: 'rediss://cache', keyPrefix: 'a:b:' }],
])('reads %s', (url, target) => {
  expect(parseStorageUrl(url)).toEqual(target);
});

it.each([
  '',
  'storage.db',
  'memory:x',
  'sqlite:',
  'sqlite::memory:',
  'sqlite://host/storage.db',
  'sqlite:x.db?synchronous=off',
  'sqlite:x.db?mode=ro',
  'postgres:',
  'postgres://',
  'postgres://db/app?max_connections=0',
  'postgres://db/app?schema=',
  'redis:',
  'redis://cache?prefix=x',
  'mysql://db/app',
])('knows nothing of %j', (url) => {
  expect(parseStorageUrl(url)).toBeNull();
});
