import type { Assistant, AssistantTool, FilePurpose, Message, Thread } from '@cogitator-ai/openai-protocol';

/** A thread with its messages. */
export interface StoredThread {
  thread: Thread;
  /** Oldest first, whatever their ids are. */
  messages: Message[];
}

/** An assistant as it is kept. What was not set may be left out. */
export interface StoredAssistant extends Partial<
  Pick<Assistant, 'description' | 'top_p' | 'reasoning_effort' | 'tool_resources' | 'response_format'>
> {
  id: string;
  name: string | null;
  model: string;
  instructions: string | null;
  tools: AssistantTool[];
  metadata: Record<string, string>;
  /** 0 to 2. */
  temperature?: number;
  /** In Unix seconds. */
  created_at: number;
}

/** A file with its content. */
export interface StoredFile {
  id: string;
  content: Buffer;
  filename: string;
  /** In Unix seconds. */
  created_at: number;
  /** Default `assistants`. */
  purpose?: FilePurpose;
  /** In Unix seconds; `null` or left out: until it is deleted. */
  expires_at?: number | null;
}

/**
 * The little that a store of one's own has to do: objects by id, whole. `save…` writes what is new and what is there alike,
 * `load…` answers `null` and `delete…` `false` for what is not there.
 *
 * Runs, steps and uploads are not kept by it; one process uses it at a time. For more than that there is
 * `@cogitator-ai/openai-storage`.
 */
export interface ThreadStorage {
  saveThread(id: string, thread: StoredThread): Promise<void>;
  loadThread(id: string): Promise<StoredThread | null>;
  deleteThread(id: string): Promise<boolean>;
  listThreads(): Promise<StoredThread[]>;

  saveAssistant(id: string, assistant: StoredAssistant): Promise<void>;
  loadAssistant(id: string): Promise<StoredAssistant | null>;
  deleteAssistant(id: string): Promise<boolean>;
  listAssistants(): Promise<StoredAssistant[]>;

  saveFile(id: string, file: StoredFile): Promise<void>;
  loadFile(id: string): Promise<StoredFile | null>;
  deleteFile(id: string): Promise<boolean>;
  listFiles(): Promise<StoredFile[]>;

  /** To be called by whoever has made it. */
  connect?(): Promise<void>;
  disconnect?(): Promise<void>;
}
