import type { Message } from '@cogitator-ai/openai-protocol';
import type { Check, Conflict, LogEvent, Put, RecordKey, Storage, Write } from '@cogitator-ai/openai-storage';
import { parseRecord } from '../records/parse-record.ts';

/** What a run changes in one commit. */
export interface RunChanges {
  readonly checks: readonly Check[];
  readonly writes: readonly Write[];
  readonly events: readonly LogEvent[];
}

type MessagePut = Put & { readonly key: RecordKey<'message'> };

/** The version of a message that was inserted and not touched since. */
const UNTOUCHED = 1;

/** Changes that are refused when a client has changed or deleted the message that a run ends. */
export function assumeUntouched({ checks, writes, events }: RunChanges): RunChanges {
  const untouched = writes
    .filter(isMessagePut)
    .map(({ key }) => ({ check: 'version', key, version: UNTOUCHED }) as const);
  return { checks: [...checks, ...untouched], writes, events };
}

/** Whether a commit was refused for what a client did to a message. */
export function isAboutMessage(conflict: Conflict): boolean {
  return 'key' in conflict && conflict.key?.kind === 'message';
}

/**
 * The same changes after what clients did to messages while a run was writing them: metadata that was set stays, and what
 * was deleted stays deleted.
 */
export async function keepClientChanges(
  storage: Pick<Storage, 'get'>,
  { checks, writes, events }: RunChanges,
): Promise<RunChanges> {
  const kept = { checks: [...checks], writes: [] as Write[], events: [...events] };
  for (const write of writes) {
    if (!isMessagePut(write)) {
      kept.writes.push(write);
      continue;
    }
    const { key } = write;
    const stored = await storage.get(key);
    if (!stored) continue;
    const { metadata } = parseRecord(stored);
    const body = JSON.stringify({ ...(JSON.parse(write.body) as Message), metadata });
    kept.checks.push({ check: 'version', key, version: stored.version });
    kept.writes.push({ ...write, body });
    kept.events = kept.events.map((event) => (event.data === write.body ? { ...event, data: body } : event));
  }
  return kept;
}

function isMessagePut(write: Write): write is MessagePut {
  return write.write === 'put' && write.key.kind === 'message';
}
