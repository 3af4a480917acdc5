import type { Engine } from '@cogitator-ai/openai-engine';
import {
  ApiError,
  type Json,
  ListMessagesQuery,
  type ListResponse,
  type Message,
  parseRequest,
} from '@cogitator-ai/openai-protocol';

/** Objects read at a time. */
const PAGE = 100;

/** What the services answer, or `undefined` where there is no such object. */
export async function orUndefined<T>(answer: Promise<Json<T>>): Promise<T | undefined> {
  try {
    return (await answer).value;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/**
 * What comes of a change, or `undefined` where there is no object to be changed.
 *
 * @param find - Looks for the object: what is missing may as well be something that the change names.
 */
export async function changedOrUndefined<T>(
  change: Promise<Json<T>>,
  find: () => Promise<unknown>,
): Promise<T | undefined> {
  try {
    return (await change).value;
  } catch (error) {
    if (isNotFound(error) && (await find()) === undefined) return undefined;
    throw error;
  }
}

/** Whether there was something to delete. */
export async function orFalse(deletion: Promise<Json<unknown>>): Promise<boolean> {
  return (await orUndefined(deletion)) !== undefined;
}

/** A whole collection, oldest first, page by page. */
export async function listAll<T extends { id: string }>(
  list: (page: {
    limit: number;
    order: 'asc';
    after?: string | undefined;
    before?: undefined;
  }) => Promise<Json<ListResponse<T>>>,
): Promise<T[]> {
  const all: T[] = [];
  let after: string | undefined;
  for (;;) {
    const { value: page } = await list({ limit: PAGE, order: 'asc', after });
    all.push(...page.data);
    after = page.data.at(-1)?.id;
    if (!page.has_more || after === undefined) return all;
  }
}

export interface ListMessagesOptions {
  /** Most messages. Default all there are. */
  limit?: number;
  /** By the time they were made. Default `desc`. */
  order?: 'asc' | 'desc';
  /** Only messages behind this one in the chosen order. */
  after?: string;
  /** Only messages ahead of this one in the chosen order. */
  before?: string;
  /** Only those of this run. */
  run_id?: string;
}

/**
 * Messages of a thread, read page by page.
 *
 * @throws `RangeError` for a limit below 1; `ApiError` for an unknown thread.
 */
export async function listMessages(
  { messages }: Engine,
  threadId: string,
  { limit = Infinity, order, after, before, run_id }: ListMessagesOptions,
): Promise<Message[]> {
  if (!(limit >= 1)) throw new RangeError('The limit of a list is 1 or more.');
  // What is ahead of a cursor alone is read towards the beginning.
  const isBackwards = before !== undefined && after === undefined;
  const all: Message[] = [];
  for (let cursor = isBackwards ? before : after; ;) {
    const query = parseRequest(ListMessagesQuery, {
      order,
      run_id,
      limit: String(Math.min(PAGE, limit - all.length)),
      ...(isBackwards ? { before: cursor } : { after: cursor, before }),
    });
    const { value: page } = await messages.list(threadId, query);
    if (isBackwards) all.unshift(...page.data);
    else all.push(...page.data);
    cursor = page.data.at(isBackwards ? 0 : -1)?.id;
    if (!page.has_more || cursor === undefined || all.length >= limit) return all;
  }
}

function isNotFound(error: unknown): boolean {
  return ApiError.isInstance(error) && error.status === 404;
}
