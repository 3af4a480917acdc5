import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStorageConformance } from '@cogitator-ai/openai-storage/conformance';
import { afterAll } from 'vitest';
import { openSqliteStorage } from '../src/sqlite-storage.ts';

const folder = mkdtempSync(join(tmpdir(), 'openai-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true }));

runStorageConformance('sqlite', () => openSqliteStorage({ path: join(folder, 'storage.db') }));
