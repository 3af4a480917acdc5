import type { RecordKind, Storage, StoredRecord } from '@cogitator-ai/openai-storage';
import { openStorage } from '@cogitator-ai/openai-server';
import { setTimeout as sleep } from 'node:timers/promises';
import { NotFoundError, type OpenAI } from 'openai';
import { bytesOf, textOf } from './content.ts';
import type { Ledger } from './ledger.ts';
import { connect, firstNames } from './start-load.ts';

export interface AuditOptions {
  /** Where everything is kept. */
  readonly storageUrl: string;
  /** A server on it. */
  readonly url: string;
  readonly ledgers: readonly Ledger[];
}

/** How long a run may take to end that was broken off, in ms. */
const RUN_ENDS_MS = 30_000;

/** What is not as it must be once all is well again, for people: lost, there by halves or twice, never ending. */
export async function audit({ storageUrl, url, ledgers }: AuditOptions): Promise<string[]> {
  const storage = await openStorage({ storageUrl });
  try {
    const client = connect(url);
    const losses = await Promise.all(ledgers.map((ledger) => findLosses(ledger, client)));
    const mayRepeat = new Set(ledgers.flatMap(({ repeats, names }) => (repeats ? [...names] : [])));
    const halves = await findHalves(storage, client, mayRepeat);
    let active = await findActiveRuns(storage);
    for (const giveUpAt = performance.now() + RUN_ENDS_MS; active.length > 0 && performance.now() < giveUpAt;) {
      await sleep(200);
      active = await findActiveRuns(storage);
    }
    return [...losses.flat(), ...halves, ...active.map(({ body }) => `active: ${body}`)];
  } finally {
    await storage.close();
  }
}

/** What was acknowledged and is not there as it should be. */
async function findLosses(ledger: Ledger, client: OpenAI): Promise<string[]> {
  const losses: string[] = [];
  for (const [threadId, names] of ledger.threads) {
    const texts = await textsOf(client, threadId).catch((error: unknown) => String(error));
    if (typeof texts === 'string') losses.push(`thread ${threadId}: ${texts}`);
    else {
      for (const [id, name] of names) if (texts.get(id) !== textOf(name)) losses.push(`message ${id} of ${threadId}`);
    }
  }
  for (const { threadId, runId, text, isWhole: isAll } of ledger.runs) {
    const run = await client.beta.threads.runs.retrieve(runId, { thread_id: threadId });
    const texts = await textsOf(client, threadId);
    const isThere = [...texts.values()].some((own) => (isAll ? text !== '' && own === text : own.startsWith(text)));
    if (run.status !== 'completed' || !isThere) losses.push(`run ${runId} (${run.status}): '${text}'`);
  }
  for (const [id, name] of ledger.files) {
    const isThere = await isWhole(client, id, name).catch(() => false);
    if (!isThere) losses.push(`file ${id}`);
  }
  for (const path of ledger.deleted) {
    const error = await client.get(path).catch((reason: unknown) => reason);
    if (!(error instanceof NotFoundError)) losses.push(`${path} was deleted: ${String(error)}`);
  }
  return losses;
}

/**
 * What is there by halves or twice, acknowledged or not.
 *
 * @param mayRepeat - Names of what was asked for again when no answer came.
 */
async function findHalves(storage: Storage, client: OpenAI, mayRepeat: ReadonlySet<string>): Promise<string[]> {
  const halves: string[] = [];
  const seen = new Set<string>();
  for (const { body } of await listAll(storage, 'thread')) {
    const { id, metadata } = JSON.parse(body) as { id: string; metadata: Record<string, string> };
    const texts = await textsOf(client, id);
    const named = [...texts.values()].filter((text) => /^[\da-f]{8}-/.test(text));
    for (const text of named) {
      const [name = ''] = text.split(' ');
      if (text !== textOf(name)) halves.push(`message ${name} is not whole`);
      if (seen.has(name) && !mayRepeat.has(name.split('.')[0]!)) halves.push(`message ${name} is there twice`);
      seen.add(name);
    }
    const first = metadata['first'];
    if (first !== undefined && !firstNames(first).every((name) => named.includes(textOf(name)))) {
      halves.push(`thread ${id} lacks messages it was made with`);
    }
  }
  const names = new Set<string>();
  for await (const { id, filename } of client.files.list({ limit: 100 })) {
    if (!(await isWhole(client, id, filename))) halves.push(`file ${id} is not whole`);
    if (names.has(filename) && !mayRepeat.has(filename)) halves.push(`file ${filename} is there twice`);
    names.add(filename);
  }
  return halves;
}

/** Runs that have not ended, each of which locks its thread. */
export async function findActiveRuns(storage: Storage): Promise<StoredRecord<'run'>[]> {
  const active: StoredRecord<'run'>[] = [];
  for (const { key } of await listAll(storage, 'thread')) {
    const { records } = await storage.list({ kind: 'run', path: [key.id], limit: 1, order: 'desc' });
    active.push(...records.filter(({ dueAt }) => dueAt !== null));
  }
  return active;
}

/** All records of a kind that has no owners: not all of them can be listed by clients. */
export async function listAll<K extends RecordKind>(storage: Storage, kind: K): Promise<StoredRecord<K>[]> {
  const all: StoredRecord<K>[] = [];
  for (;;) {
    const after = all.at(-1)?.key.id;
    const { records, hasMore } = await storage.list({ kind, path: [], limit: 100, order: 'asc', after });
    all.push(...records);
    if (!hasMore) return all;
  }
}

async function textsOf(client: OpenAI, threadId: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for await (const { id, content } of client.beta.threads.messages.list(threadId, { limit: 100 })) {
    texts.set(id, content.map((part) => (part.type === 'text' ? part.text.value : '')).join(''));
  }
  return texts;
}

async function isWhole(client: OpenAI, fileId: string, name: string): Promise<boolean> {
  const content = await client.files.content(fileId);
  return Buffer.from(await content.arrayBuffer()).equals(bytesOf(name));
}
