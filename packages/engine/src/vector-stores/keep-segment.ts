import { discardBlob, keepBlob, settleFailedCommit, storeBlob } from '../blobs/owned-blobs.ts';
import type { EngineContext } from '../engine-context.ts';
import type { Segment } from '../ports/retrieval-port.ts';
import { segmentKey } from '../records/keys.ts';

/**
 * Stores a segment's content and has its record made. Of one whose record is not made nothing is left.
 *
 * @param commit - Makes the record of this id; answers whether it did.
 */
export async function keepSegment(
  context: EngineContext,
  storeId: string,
  { content }: Segment,
  commit: (id: string) => Promise<boolean>,
  options: { signal: AbortSignal },
): Promise<void> {
  const owner = segmentKey(storeId, context.ids.create('segment'));
  await storeBlob(context, owner, content, options);
  let isKept: boolean;
  try {
    isKept = await commit(owner.id);
  } catch (error) {
    // Only the answer may have been lost: then all that belongs to the record was written with it.
    if (await settleFailedCommit(context, owner, error)) return;
    throw error;
  }
  if (isKept) await keepBlob(context, owner);
  else await discardBlob(context, owner);
}
