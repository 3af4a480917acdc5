import { runStorageConformance } from '@cogitator-ai/openai-storage/conformance';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openLevelStorage } from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'openai-storage-leveldb-'));
afterAll(() => rmSync(folder, { recursive: true }));

// LevelDB lets one process in, once: no second storage on the same data.
runStorageConformance('leveldb', (data) => openLevelStorage({ path: join(folder, data) }), { without: ['replicas'] });
