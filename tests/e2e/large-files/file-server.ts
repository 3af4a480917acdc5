import { createEngine } from '@cogitator-ai/openai-engine';
import { createApp } from '@cogitator-ai/openai-http';
import { createDemoProvider, createModelRouter } from '@cogitator-ai/openai-models';
import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import { createAdaptorServer } from '@hono/node-server';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFolderBlobStore } from './folder-blob-store.ts';

/*
 * A process of its own that serves the API with files in a folder. It tells its parent the port; asked anything, it tells the
 * most memory it has ever had, in bytes. It ends with its parent.
 */

const memory = createMemoryStorage();
const blobs = createFolderBlobStore(process.argv[2] as string);
const storage = new Proxy(memory, {
  get(target, name) {
    if (name === 'blobs') return blobs;
    const value: unknown = Reflect.get(target, name);
    return typeof value === 'function' ? (value.bind(target) as unknown) : value;
  },
});
const engine = createEngine({ storage, models: createModelRouter({ providers: [createDemoProvider()] }) });
const server = createAdaptorServer({ fetch: createApp({ engine }).fetch }) as Server;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
engine.start();
process.on('message', () => process.send!(process.resourceUsage().maxRSS * 1024));
process.on('disconnect', () => process.exit());
process.send!((server.address() as AddressInfo).port);
