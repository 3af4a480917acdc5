/** How the upstream answers one request. */
export interface Reply {
  /** Text deltas, one event each. */
  text?: readonly string[];
  /** Refusal deltas, one event each. */
  refusal?: readonly string[];
  /** Calls after the text; `arguments` in fragments, one event each. */
  toolCalls?: readonly { id?: string; name: string; arguments: readonly string[] }[];
  /** Default `tool_calls` with calls, else `stop`. `null` leaves it out. */
  finishReason?: string | null;
  /** Default a count of 10 and 5; `null` leaves it out. */
  usage?: { prompt_tokens: number; completion_tokens: number } | null;
  /** Pause before each event, in ms. Default none. */
  delayMs?: number;
  /** Ends the connection after so many events, without a finish. */
  breakAfter?: number;
  /** Waits after so many events, until the promise resolves or the client leaves. */
  pause?: { after: number; until: Promise<unknown> };
  /** Never answers: waits until the client leaves. */
  hang?: boolean;
  /** Answers with this status and body instead of a stream. */
  error?: { status: number; body?: string | object; headers?: Record<string, string> };
  /** Answers with this object instead of a stream, as endpoints do that cannot stream. */
  json?: object;
  /** Sends exactly these pieces as the body, each as a write of its own. */
  raw?: readonly (string | Uint8Array)[];
}

/** The chunks of a streamed chat completion that say what the reply says. */
export function toChunks(reply: Reply, model: string): object[] {
  const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model };
  const chunk = (delta: object, finishReason: string | null = null): object => ({
    ...base,
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  });
  const calls = reply.toolCalls ?? [];
  const finishReason =
    reply.finishReason === undefined ? (calls.length > 0 ? 'tool_calls' : 'stop') : reply.finishReason;
  const usage = reply.usage === undefined ? { prompt_tokens: 10, completion_tokens: 5 } : reply.usage;
  return [
    chunk({ role: 'assistant', content: '' }),
    ...(reply.text ?? []).map((content) => chunk({ content })),
    ...(reply.refusal ?? []).map((refusal) => chunk({ refusal })),
    ...calls.flatMap(({ id, name, arguments: fragments }, index) => [
      chunk({
        tool_calls: [{ index, id: id ?? `call_${index}`, type: 'function', function: { name, arguments: '' } }],
      }),
      ...fragments.map((text) => chunk({ tool_calls: [{ index, function: { arguments: text } }] })),
    ]),
    ...(finishReason === null ? [] : [chunk({}, finishReason)]),
    ...(usage === null
      ? []
      : [{ ...base, choices: [], usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens } }]),
  ];
}
