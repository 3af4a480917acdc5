import type { FunctionDefinition } from '@cogitator-ai/openai-protocol';

/** A function that runs on the server when an assistant names it; other functions are the client's to answer. */
export interface ServerTool {
  /** Name, description and JSON Schema shown to the model where the assistant gives none. */
  definition: FunctionDefinition;

  /** Longest execution of one call, in ms. Default the engine's `toolTimeoutMs`. */
  timeoutMs?: number;

  /**
   * Whether a call may be executed again that was under way when the server was lost; it has the same `toolCallId`. Else the model is
   * told that it was interrupted. Default false.
   */
  idempotent?: boolean;

  /**
   * Executes one call.
   *
   * @param argumentsJson - JSON text as the model wrote it; may be invalid JSON.
   * @returns The text the model is given as the result.
   * A rejection becomes an error text that the model is given instead; the run goes on.
   */
  execute(argumentsJson: string, context: ServerToolContext): Promise<string>;
}

/** Where a call comes from. */
export interface ServerToolContext {
  threadId: string;
  runId: string;
  assistantId: string;
  toolCallId: string;
  /** Aborted when the run ends or the call takes longer than it may. */
  signal: AbortSignal;
}
