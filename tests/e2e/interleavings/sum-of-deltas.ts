import type { Run, RunStep, StreamEvent } from '@cogitator-ai/openai-protocol';
import { isDeepStrictEqual } from 'node:util';

/** Adds deltas to a value as SDKs do: strings are joined, lists merged by `index`, `type` kept. */
function accumulate(value: Record<string, unknown>, delta: Record<string, unknown>): void {
  for (const [key, more] of Object.entries(delta)) {
    const known = value[key];
    if (key === 'index') continue;
    if (known === undefined || known === null || key === 'type') value[key] = begin(more);
    else if (typeof known === 'string') value[key] = known + String(more);
    else if (Array.isArray(known)) addEntries(known, more as Entry[]);
    else accumulate(known as Record<string, unknown>, more as Record<string, unknown>);
  }
}

type Entry = Record<string, unknown> & { index: number };

function begin(value: unknown): unknown {
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    addEntries(list, value as Entry[]);
    return list;
  }
  if (typeof value !== 'object' || value === null) return value;
  const object: Record<string, unknown> = {};
  accumulate(object, value as Record<string, unknown>);
  return object;
}

function addEntries(list: unknown[], entries: readonly Entry[]): void {
  for (const entry of entries) {
    if (entry.index > list.length) throw new Error(`The entry ${entry.index} comes before ${list.length}.`);
    if (list[entry.index] === undefined) list[entry.index] = begin(entry);
    else accumulate(list[entry.index] as Record<string, unknown>, entry);
  }
}

/** What is wrong with deltas: their sum is not what the object says that ends them. */
export function sumFaults(events: readonly StreamEvent[]): string[] {
  const faults: string[] = [];
  const sums = new Map<string, Record<string, unknown>>();
  const expectSum = (id: string, key: string, whole: unknown): void => {
    const sum = sums.get(id);
    // A stream after outputs were submitted begins with the end of a step of the stream before.
    if (sum && !isDeepStrictEqual(sum[key], whole)) {
      faults.push(`${id}: ${JSON.stringify(sum[key])} is not ${JSON.stringify(whole)}`);
    }
  };
  let latestStep = '';
  for (const { event, data } of events) {
    if (event === 'thread.message.created') sums.set(data.id, { content: [] });
    else if (event === 'thread.run.step.created') sums.set((latestStep = data.id), { step_details: data.step_details });
    else if (event === 'thread.message.delta' || event === 'thread.run.step.delta') {
      accumulate(sums.get(data.id) ?? {}, data.delta);
    } else if (event === 'thread.message.completed' || event === 'thread.message.incomplete') {
      expectSum(data.id, 'content', data.content);
    } else if (event === 'thread.run.requires_action') {
      expectSum(latestStep, 'step_details', toStepDetails(data));
    } else if (typeof data === 'object' && 'object' in data && data.object === 'thread.run.step') {
      expectSum(data.id, 'step_details', data.step_details);
    }
  }
  return faults;
}

/** The step whose calls a run waits with. */
function toStepDetails({ required_action: action }: Run): RunStep['step_details'] {
  const calls = action?.submit_tool_outputs.tool_calls ?? [];
  return {
    type: 'tool_calls',
    tool_calls: calls.map(({ id, type, function: called }) => ({ id, type, function: { ...called, output: null } })),
  };
}
