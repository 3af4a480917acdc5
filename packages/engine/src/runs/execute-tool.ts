import type { Run } from '@cogitator-ai/openai-protocol';
import type { EngineContext } from '../engine-context.ts';
import type { ModelToolCall } from '../ports/model-port.ts';
import type { ServerTool } from '../ports/tool-port.ts';

/** Longest time that a timer can be set to, in ms. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Executes one call of a server tool.
 *
 * @returns The tool's answer; for a tool that fails or takes too long a text that says so, for the model to read.
 * @throws the signal's reason when the run is stopped.
 */
export async function executeTool(
  { limits, logger }: EngineContext,
  tool: ServerTool,
  call: ModelToolCall,
  { id: runId, thread_id: threadId, assistant_id: assistantId }: Run,
  stop: AbortSignal,
): Promise<string> {
  const timeoutMs = Math.min(tool.timeoutMs ?? limits.toolTimeoutMs, MAX_TIMEOUT_MS);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  const signal = AbortSignal.any([stop, late.signal]);
  try {
    // The race holds the limit also for a tool that does not watch its signal.
    return await Promise.race([
      tool.execute(call.arguments, { threadId, runId, assistantId, toolCallId: call.id, signal }),
      rejectOnAbort(signal),
    ]);
  } catch (error) {
    stop.throwIfAborted();
    const reason = signal.aborted
      ? `it did not answer within ${timeoutMs / 1000} seconds`
      : error instanceof Error
        ? error.message
        : String(error);
    logger.warn({ tool: call.name, runId, toolCallId: call.id, err: error }, 'A server tool failed.');
    return `Error: the tool '${call.name}' failed: ${reason}`;
  } finally {
    clearTimeout(timer);
  }
}

/** What a model is told of a call that may or may not have been executed when the server was lost. */
export function interruptedCall({ name }: ModelToolCall): string {
  return `Error: the server was interrupted while the tool '${name}' ran. Whether it has had its effect is not known.`;
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
