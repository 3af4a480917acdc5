import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createServerTool } from './create-server-tool.ts';

const context = {
  threadId: 'thread_1',
  runId: 'run_1',
  assistantId: 'asst_1',
  toolCallId: 'call_1',
  signal: new AbortController().signal,
};

describe('a tool made of a function and a schema', () => {
  it('tells the model what the schema takes', () => {
    const tool = createServerTool({
      name: 'run_code',
      description: 'Execute Python code',
      parameters: z.object({ code: z.string().describe('Python code to execute'), times: z.int().min(1).default(1) }),
      execute: () => 'done',
      timeout: 5000,
    });
    expect(tool.timeoutMs).toBe(5000);
    expect(tool.definition).toEqual({
      name: 'run_code',
      description: 'Execute Python code',
      parameters: {
        type: 'object',
        properties: {
          code: { type: 'string', description: 'Python code to execute' },
          times: { type: 'integer', default: 1, minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
        },
        required: ['code'],
      },
    });
  });

  it('is given what the schema makes of the arguments, and where the call comes from', async () => {
    const seen: unknown[] = [];
    const tool = createServerTool({
      name: 'run_code',
      parameters: z.object({ code: z.string().trim(), times: z.int().default(1) }),
      execute: async ({ code, times }, { agentId, signal }) => {
        seen.push(code.length, times, agentId, signal);
        return Promise.resolve('done');
      },
    });
    expect(await tool.execute('{"code":" 1 "}', context)).toBe('done');
    expect(seen).toEqual([1, 1, 'asst_1', context.signal]);
  });

  it.each([
    ['text', 'text'],
    [{ a: [1] }, '{"a":[1]}'],
    [42, '42'],
    [null, 'null'],
    [undefined, ''],
  ])('answers %j as %s', async (result, text) => {
    const tool = createServerTool({ name: 'f', parameters: z.object({}), execute: () => result });
    expect(await tool.execute('', context)).toBe(text);
  });

  it.each([
    ['{', 'the arguments are no JSON'],
    ['{"code":1,"at":[{}]}', 'the arguments are wrong: code: Invalid input: expected string, received number; at.0'],
    ['[]', 'the arguments are wrong: Invalid input: expected object, received array'],
  ])('is not executed with %s', async (text, message) => {
    const tool = createServerTool({
      name: 'f',
      parameters: z.object({ code: z.string(), at: z.array(z.string()).optional() }),
      execute: () => expect.unreachable(),
    });
    await expect(tool.execute(text, context)).rejects.toThrow(message);
  });

  it('may say by itself what it takes, when its schema is not of zod 4', async () => {
    const tool = createServerTool({
      name: 'f',
      parameters: { safeParseAsync: (value: unknown) => Promise.resolve({ success: true as const, data: value }) },
      execute: (value) => value,
      toJSON: () => ({ parameters: { type: 'object', properties: {} } }),
    });
    expect(tool.definition.parameters).toEqual({ type: 'object', properties: {} });
    expect(await tool.execute('{"x":1}', context)).toBe('{"x":1}');
  });

  it('is refused when its schema cannot be said in JSON Schema', () => {
    const parameters = z.object({ when: z.date() });
    expect(() => createServerTool({ name: 'f', parameters, execute: () => '' })).toThrow(
      "The parameters of the tool 'f' cannot be said in JSON Schema.",
    );
  });

  it.each([0, -1, NaN])('is refused when it may take %s ms', (timeout) => {
    expect(() => createServerTool({ name: 'f', parameters: z.object({}), execute: () => '', timeout })).toThrow(
      new RangeError("The timeout of the tool 'f' must be more than 0."),
    );
  });

  it.each([
    [{}, {}],
    [
      { timeout: Infinity, idempotent: true },
      { timeoutMs: Infinity, idempotent: true },
    ],
    [{ idempotent: false }, { idempotent: false }],
  ])('with %o is %o', (options, expected) => {
    const { timeoutMs, idempotent } = createServerTool({
      name: 'f',
      parameters: z.object({}),
      execute: () => '',
      ...options,
    });
    expect({ timeoutMs, idempotent }).toEqual(expected);
  });
});
