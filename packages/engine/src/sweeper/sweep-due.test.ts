import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import { beforeEach, describe, expect, it } from 'vitest';
import { sweepDue } from './sweep-due.ts';

const NEVER = { signal: new AbortController().signal };
const NOW = 1_700_000_000_000;

let storage: ReturnType<typeof createMemoryStorage>;
let failed: unknown[];
let logger: Parameters<typeof sweepDue>[0]['logger'];

beforeEach(() => {
  storage = createMemoryStorage({ now: () => NOW });
  failed = [];
  logger = { debug() {}, info() {}, warn() {}, error: (fields) => failed.push((fields as { id: string }).id) };
});

async function addFiles(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => `file-${String(n).padStart(4, '0')}`);
  for (const [n, id] of ids.entries()) {
    const key = { kind: 'file', path: [], id } as const;
    await storage.commit({ writes: [{ write: 'insert', key, body: '{}', dueAt: NOW - count + n }] });
  }
  return ids;
}

describe('a sweep', () => {
  it('handles all that is due, soonest first, and nothing else', async () => {
    const ids = await addFiles(250);
    const later = { kind: 'file', path: [], id: 'file-later' } as const;
    await storage.commit({ writes: [{ write: 'insert', key: later, body: '{}', dueAt: NOW + 1 }] });
    const handled: string[] = [];
    const handle = async ({ key }: { key: { kind: 'file'; path: readonly string[]; id: string } }) => {
      handled.push(key.id);
      return (await storage.commit({ writes: [{ write: 'delete', key }] })).ok;
    };
    await sweepDue({ storage, logger }, 'file', handle, NEVER);
    expect(handled).toEqual(ids);
    expect(await storage.get(later)).not.toBeNull();
  });

  it('goes on after one that fails', async () => {
    const ids = await addFiles(3);
    const handled: string[] = [];
    const handle = async ({ key: { id } }: { key: { id: string } }) => {
      if (id === ids[0]) throw new Error('It cannot be done.');
      handled.push(id);
      return true;
    };
    await sweepDue({ storage, logger }, 'file', handle, NEVER);
    expect([handled, failed]).toEqual([ids.slice(1), ids.slice(0, 1)]);
  });

  it('leaves what others have in hand to the next sweep, and goes on behind it', async () => {
    const ids = await addFiles(350);
    const handled: string[] = [];
    const handle = async ({ key }: { key: { kind: 'file'; path: readonly string[]; id: string } }) => {
      handled.push(key.id);
      if (handled.length <= 150) return false;
      return (await storage.commit({ writes: [{ write: 'delete', key }] })).ok;
    };
    await sweepDue({ storage, logger }, 'file', handle, NEVER);
    expect(handled).toEqual(ids);
  });

  it('ends when too much is left', async () => {
    await addFiles(1500);
    let calls = 0;
    await sweepDue({ storage, logger }, 'file', async () => (calls++, false), NEVER);
    expect(calls).toBe(1000);
  });

  it('ends when it is told to', async () => {
    await addFiles(3);
    const controller = new AbortController();
    let calls = 0;
    const handle = async () => {
      calls++;
      controller.abort();
      return true;
    };
    await sweepDue({ storage, logger }, 'file', handle, controller);
    expect(calls).toBe(1);
  });
});
