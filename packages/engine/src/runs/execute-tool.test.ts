import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '@cogitator-ai/openai-protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineContext } from '../engine-context.ts';
import type { ServerTool, ServerToolContext } from '../ports/tool-port.ts';
import { executeTool } from './execute-tool.ts';

const call = { id: 'call_1', name: 'look', arguments: '{"x":1}' };
const run = { id: 'run_1', thread_id: 'thread_1', assistant_id: 'asst_1' } as Run;
const SILENCE = new Promise<never>(() => {});

let warnings: object[];
let context: EngineContext;
/** Of the latest call. */
let seen: ServerToolContext;

beforeEach(() => {
  warnings = [];
  context = {
    limits: { toolTimeoutMs: 20 },
    logger: { warn: (fields: object) => warnings.push(fields) },
  } as unknown as EngineContext;
});
afterEach(() => vi.useRealTimers());

function tool(answer: (text: string) => Promise<string>, timeoutMs?: number): ServerTool {
  return {
    definition: { name: 'look' },
    ...(timeoutMs !== undefined && { timeoutMs }),
    execute(text, toolContext) {
      seen = toolContext;
      return answer(text);
    },
  };
}

function execute(executed: ServerTool, stop = new AbortController().signal): Promise<string> {
  return executeTool(context, executed, call, run, stop);
}

describe('a call of a server tool', () => {
  it('is given the arguments and where it comes from', async () => {
    expect(await execute(tool((text) => Promise.resolve(`got ${text}`)))).toBe('got {"x":1}');
    const { signal, ...rest } = seen;
    expect(rest).toEqual({ threadId: 'thread_1', runId: 'run_1', assistantId: 'asst_1', toolCallId: 'call_1' });
    expect(signal.aborted).toBe(false);
  });

  it('is broken off when it takes too long, whether or not it watches its signal', async () => {
    expect(await execute(tool(() => SILENCE, 5))).toBe(
      "Error: the tool 'look' failed: it did not answer within 0.005 seconds",
    );
    expect(seen.signal.aborted).toBe(true);
    expect(warnings).toMatchObject([{ tool: 'look', runId: 'run_1', toolCallId: 'call_1' }]);
  });

  it('has the limit of the engine when the tool has none', async () => {
    expect(await execute(tool(() => SILENCE))).toContain('within 0.02 seconds');
  });

  it('leaves its signal alone once it has finished', async () => {
    await execute(tool(() => Promise.resolve('done'), 10));
    await sleep(30);
    expect(seen.signal.aborted).toBe(false);
  });

  it.each([Infinity, Number.MAX_VALUE, 2 ** 31, 2 ** 31 - 1])('may take %s ms', async (timeoutMs) => {
    expect(await execute(tool(() => sleep(30, 'done'), timeoutMs))).toBe('done');
    expect(warnings).toEqual([]);
  });

  it('has the longest limit there can be where it asks for a longer one', async () => {
    vi.useFakeTimers();
    const answer = execute(tool(() => SILENCE, Infinity));
    await vi.advanceTimersByTimeAsync(2 ** 31 - 2);
    expect(seen.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await answer).toContain('it did not answer within 2147483.647 seconds');
  });

  it('tells the model how it has failed', async () => {
    const failing = tool(() => Promise.reject(new Error('no such place')));
    expect(await execute(failing)).toBe("Error: the tool 'look' failed: no such place");
    expect(await execute(tool(() => Promise.reject('a text')))).toBe("Error: the tool 'look' failed: a text");
  });

  it('is broken off with its run, for the reason for which that is', async () => {
    const controller = new AbortController();
    const answer = execute(
      tool(() => SILENCE),
      controller.signal,
    );
    const reason = new Error('The run is over.');
    controller.abort(reason);
    await expect(answer).rejects.toBe(reason);
    expect(seen.signal.reason).toBe(reason);
    await expect(
      execute(
        tool(() => SILENCE),
        controller.signal,
      ),
    ).rejects.toBe(reason);
    expect(warnings).toEqual([]);
  });
});
