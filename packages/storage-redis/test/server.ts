import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';

/** The real server that the tests talk to. */
export const url = process.env['REDIS_URL'] as string;

/** A key prefix of its own for each test file. */
export function newPrefix(): string {
  return `test_${randomBytes(6).toString('hex')}:`;
}

/** Does something as somebody beside the storage. */
export async function beside<T>(work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

/** All keys that begin with a text, whatever characters it has. */
export async function keysOf(prefix: string): Promise<string[]> {
  return beside(async (client) => {
    const keys: string[] = [];
    for await (const some of client.scanStream({ match: `${escapeGlob(prefix)}*`, count: 1000 })) {
      keys.push(...(some as string[]));
    }
    return [...new Set(keys)].toSorted();
  });
}

export async function removeKeys(prefix: string): Promise<void> {
  const keys = await keysOf(prefix);
  await beside(async (client) => {
    for (let at = 0; at < keys.length; at += 1000) await client.unlink(keys.slice(at, at + 1000));
  });
}

function escapeGlob(text: string): string {
  return text.replaceAll(/[*?[\]\\^]/g, String.raw`\$&`);
}
