import type { Run, ToolResources } from '@cogitator-ai/openai-protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineContext } from '../engine-context.ts';
import { assistantKey, threadKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import { getStore } from '../vector-stores/require-store.ts';

/** Longest wait for the files of a thread to be made searchable, in ms. */
const MAX_WAIT_MS = 60_000;
/** How often is looked whether they are, in ms. */
const POLL_MS = 250;

/** The vector stores a run searches. */
export interface StoresOfRun {
  /** That of the run itself, else that of its assistant. */
  readonly assistant: string | null;
  readonly thread: string | null;
}

export async function storesOfRun({ storage }: Pick<EngineContext, 'storage'>, run: Run): Promise<StoresOfRun> {
  const [assistant, thread] = await Promise.all([
    storage.get(assistantKey(run.assistant_id)),
    storage.get(threadKey(run.thread_id)),
  ]);
  const own = run.tool_resources.file_search ? run : assistant && parseRecord(assistant);
  return {
    assistant: own && storeOf(own.tool_resources),
    thread: thread && storeOf(parseRecord(thread).tool_resources),
  };
}

/** Waits until the files of the thread can be searched, for a while: they may have been attached just now. */
export async function untilSearchable(
  context: Pick<EngineContext, 'storage'>,
  run: Run,
  signal: AbortSignal,
): Promise<void> {
  const { thread: storeId } = await storesOfRun(context, run);
  if (storeId === null) return;
  const end = performance.now() + MAX_WAIT_MS;
  while (performance.now() < end) {
    const record = await getStore(context.storage, storeId);
    if (!record || parseRecord(record).status !== 'in_progress') return;
    await sleep(POLL_MS, undefined, { signal });
  }
}

function storeOf(resources: ToolResources): string | null {
  return resources.file_search?.vector_store_ids[0] ?? null;
}
