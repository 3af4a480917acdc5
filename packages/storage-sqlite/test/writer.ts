import { openSqliteStorage } from '../src/sqlite-storage.ts';

/** Writes without end: pairs of records, whose ids it prints once they are answered, or one file. */
const [what, path = ''] = process.argv.slice(2);
const storage = await openSqliteStorage({ path });

if (what === 'upload') {
  const content = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      yield Buffer.alloc(100_000);
      await new Promise((resolve) => setTimeout(resolve, 10));
      process.stdout.write('more\n');
    }
  };
  await storage.blobs.put('half', content(), { signal: new AbortController().signal });
}

await storage.commit({ writes: [{ write: 'insert', key: { kind: 'thread', path: [], id: 'thread_a' }, body: '{}' }] });
for (let n = 100_000; ; n++) {
  const result = await storage.commit({
    writes: [
      { write: 'insert', key: { kind: 'message', path: ['thread_a'], id: `msg_${n}` }, body: '{}' },
      { write: 'insert', key: { kind: 'run', path: ['thread_a'], id: `run_${n}` }, body: '{}' },
    ],
  });
  if (!result.ok) throw new Error(result.conflict.reason);
  process.stdout.write(`msg_${n}\n`);
}
