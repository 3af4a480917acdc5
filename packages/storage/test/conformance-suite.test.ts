import { afterEach, expect, it, vi } from 'vitest';
import { openAnother } from '../src/conformance/replicas.ts';
import { runBlobStoreConformance, runStorageConformance } from '../src/conformance.ts';
import { createMemoryStorage } from '../src/memory.ts';

afterEach(() => void vi.unstubAllGlobals());

it.each(['20.19.4', '22.17.1'])('says that Node %s is too old for it', (node) => {
  vi.stubGlobal('process', Object.create(process, { versions: { value: { node } } }));
  const tooOld = new Error(`The conformance suite needs Node 22.18 or newer; this is Node ${node}.`);
  const storage = createMemoryStorage();
  expect(() => runStorageConformance('acme', async () => storage)).toThrow(tooOld);
  const blobs = Object.assign(storage.blobs, { close: () => storage.close() });
  expect(() => runBlobStoreConformance('acme', async () => blobs)).toThrow(tooOld);
});

it('says what to declare where no second storage can be opened', async () => {
  const locked = new Error('LOCK: already held by process');
  await expect(openAnother(() => Promise.reject(locked), 'shared')).rejects.toThrow(
    new Error(
      'A second storage on the same data could not be opened. ' +
        "If the store lets one process in, declare { without: ['replicas'] }.",
      { cause: locked },
    ),
  );
});
