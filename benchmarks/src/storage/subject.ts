/** Something that keeps the messages of one thread, as a driver or as a bare client. */
export interface Subject {
  /** Adds so many messages, as fast as it can. */
  fill(count: number): Promise<void>;
  /** Appends one message to a thread that exists and has no active run. */
  append(): Promise<void>;
  /** Reads the latest messages, at most so many, and whether there are more. */
  list(limit: number): Promise<void>;
  close(): Promise<void>;
}

/** Messages that are filled in together. */
export const BATCH = 1000;

const CONTENT = 'Oslo will be cloudy in the morning, with sunshine from noon on and up to seven degrees. '.repeat(4);

/** Identifiers that rise. */
export function createIds(): () => string {
  let last = 0;
  return () => `msg_${String(++last).padStart(26, '0')}`;
}

/** A message of an assistant as it is stored. */
export function bodyOf(id: string): string {
  return JSON.stringify({
    id,
    object: 'thread.message',
    created_at: 1_764_000_000,
    thread_id: 'thread_1',
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'text', text: { value: CONTENT, annotations: [] } }],
    assistant_id: null,
    run_id: null,
    attachments: [],
    metadata: {},
  });
}

/** @throws when a page is not what was asked for. */
export function expectPage(
  records: number,
  hasMore: boolean,
  { limit, messages }: { limit: number; messages: number },
): void {
  if (records !== Math.min(limit, messages) || hasMore !== messages > limit) {
    throw new Error(`A page of ${records} of ${messages} messages.`);
  }
}
