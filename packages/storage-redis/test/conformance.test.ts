import { runStorageConformance } from '@cogitator-ai/openai-storage/conformance';
import { afterAll } from 'vitest';
import { openRedisStorage } from '../src/index.ts';
import { newPrefix, removeKeys, url } from './server.ts';

const keyPrefix = newPrefix();
afterAll(() => removeKeys(keyPrefix));

runStorageConformance('redis', () => openRedisStorage({ url, keyPrefix }));
