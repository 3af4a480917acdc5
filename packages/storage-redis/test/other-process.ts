import { openRedisStorage } from '../src/index.ts';

/** What a second process does that tests start, and often kill. */
const [task, url = '', keyPrefix = ''] = process.argv.slice(2);
const storage = await openRedisStorage({ url, keyPrefix });
process.send?.('ready');

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield Buffer.alloc(256 * 1024);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

if (task === 'put-blob') {
  await storage.blobs.put('file_1', endless(), { signal: new AbortController().signal });
}
if (task === 'commit') {
  for (let n = 0; ; n++) {
    const thread = { kind: 'thread', path: [], id: `thread_${n}` } as const;
    const messages = [0, 1, 2].map((m) => ({ kind: 'message', path: [thread.id], id: `msg_${m}` }) as const);
    await storage.commit({ writes: [thread, ...messages].map((key) => ({ write: 'insert', key, body: '{}' })) });
    process.send?.(n);
  }
}
if (task === 'append') {
  const stream = { partition: 'thread_1', id: 'run_1' };
  const appends = Array.from({ length: 500 }, (_, n) =>
    storage.events.append({ stream, fence: 0, events: [{ event: 'e', data: String(n) }] }),
  );
  await Promise.all(appends);
  await storage.close();
}
