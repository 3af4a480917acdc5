import type { Run } from '@cogitator-ai/openai-protocol';
import type { EngineContext } from '../engine-context.ts';
import type { ModelToolCall } from '../ports/model-port.ts';
import type { ServerTool } from '../ports/tool-port.ts';

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
  const { timeoutMs = limits.toolTimeoutMs } = tool;
  const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
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
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
