import type { ToolCall } from './backend/chat.ts';
import type { Tool } from './tool.ts';

/** Instructions for a model, and what it may call. */
export interface Agent {
  name?: string;
  /** `provider/model`, or a name the default provider knows. Default the default model. */
  model?: string;
  instructions?: string;
  tools?: readonly Tool[];
  temperature?: number;
  topP?: number;
  /** Most tokens of all its answers together. */
  maxTokens?: number;
}

export interface RunOptions {
  /** What the user says. */
  input: string;
  /** Ends the run; it then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called for each piece of text as it arrives. What it throws ends the run, which rejects with it. */
  onToken?: (token: string) => void;
  /** Called before a tool is executed, with arguments that fit its schema. What it throws ends the run as well. */
  onToolCall?: (call: ToolCall) => void;
}

/** What came of a run. */
export interface AgentRun {
  /** All that the agent has said. */
  readonly output: string;
  /** In the order in which they were executed. */
  readonly toolCalls: readonly ToolCall[];
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number; readonly totalTokens: number };
}
