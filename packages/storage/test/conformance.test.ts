import { runStorageConformance } from '../src/conformance.ts';
import { createMemoryStorage } from '../src/memory.ts';

runStorageConformance('memory', async () => createMemoryStorage(), {
  without: ['replicas', 'reopening', 'streaming'],
});
