import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { Commit, CommitResult, Insert, Put, RecordFields } from '../contract/commit.ts';
import type { RecordKey } from '../contract/records.ts';
import type { Storage } from '../contract/storage.ts';

/** Ids of different runs of the suite do not meet, so that they may share a database. */
const session = randomBytes(6).toString('hex');
let ids = 0;

/** JSON texts that a store might change. */
export const BODIES: [name: string, body: string][] = [
  ['the order and repetition of keys', '{"b":1,"a":2,"10":3,"9":4,"b":5}'],
  ['white space', '{ "a" :\t1 ,\r\n"b": [ ] }'],
  ['numbers as they are spelled', '[1.0,1e2,-0,0.1000,12345678901234567890,1E400]'],
  ['text beyond ASCII', '["žluťoučký","日本語","مرحبا","e\u0301","\u2028\u2029\uFEFF\uFFFF"]'],
  ['emoji', '"👩‍👩‍👧‍👦 🇨🇿 𝒳"'],
  ['escapes, U+0000 and lone surrogates among them', String.raw`"\u0000\u001f\n\/\"\\\ud83d\udc00\ud800"`],
  ['signs that other languages give a meaning', String.raw`"$1 :name ? %s %00 {} ' '' ; -- $' $& <!-- \\x00"`],
  ['the empty object', '{}'],
  ['a megabyte', JSON.stringify({ text: 'é🙂x'.repeat(131_072) })],
];

/** An id greater than all before it that begin alike. */
export function newId(prefix: string): string {
  ids++;
  return `${prefix}_${session}_${String(ids).padStart(8, '0')}`;
}

export function assistantKey(id = newId('asst')): RecordKey<'assistant'> {
  return { kind: 'assistant', path: [], id };
}

export function threadKey(id = newId('thread')): RecordKey<'thread'> {
  return { kind: 'thread', path: [], id };
}

export function messageKey(thread: RecordKey<'thread'>, id = newId('msg')): RecordKey<'message'> {
  return { kind: 'message', path: [thread.id], id };
}

export function runKey(thread: RecordKey<'thread'>, id = newId('run')): RecordKey<'run'> {
  return { kind: 'run', path: [thread.id], id };
}

export function stepKey(run: RecordKey<'run'>, id = newId('step')): RecordKey<'run_step'> {
  return { kind: 'run_step', path: [...run.path, run.id], id };
}

export function insert(key: RecordKey, fields: Partial<RecordFields> = {}): Insert {
  return { body: bodyOf(key), ...fields, write: 'insert', key };
}

export function put(key: RecordKey, fields: Partial<RecordFields> = {}): Put {
  return { body: bodyOf(key), ...fields, write: 'put', key };
}

/** Applies a commit that must not be refused. */
export async function apply(storage: Storage, commit: Commit): Promise<CommitResult & { ok: true }> {
  const result = await storage.commit(commit);
  expect(result).toMatchObject({ ok: true });
  return result as CommitResult & { ok: true };
}

/** A stored thread of its own for a test. */
export async function aThread(storage: Storage): Promise<RecordKey<'thread'>> {
  const thread = threadKey();
  await apply(storage, { writes: [insert(thread)] });
  return thread;
}

/** A stored thread with messages of these ids, in that order. */
export async function aThreadOf(storage: Storage, messageIds: readonly string[]): Promise<RecordKey<'thread'>> {
  const thread = threadKey();
  await apply(storage, { writes: [insert(thread), ...messageIds.map((id) => insert(messageKey(thread, id)))] });
  return thread;
}

/** A stored run, in a thread of its own. */
export async function aRun(
  storage: Storage,
  fields: Partial<RecordFields> = {},
): Promise<{ thread: RecordKey<'thread'>; run: RecordKey<'run'> }> {
  const thread = threadKey();
  const run = runKey(thread);
  await apply(storage, { writes: [insert(thread), insert(run, fields)] });
  return { thread, run };
}

function bodyOf({ id }: RecordKey): string {
  return JSON.stringify({ id });
}
