import { runStorageConformance } from '@cogitator-ai/openai-storage/conformance';
import { afterAll } from 'vitest';
import { openPostgresStorage } from '../src/postgres-storage.ts';
import { dropSchema, newSchema, url } from './database.ts';

const schema = newSchema();
afterAll(() => dropSchema(schema));

runStorageConformance('postgres', () => openPostgresStorage({ url, schema }));
