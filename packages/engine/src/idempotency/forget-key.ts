import type { StoredRecord } from '@cogitator-ai/openai-storage';
import type { IdempotencyContext } from './idempotency-context.ts';

/** Deletes an idempotency key whose time is up. */
export async function forgetKey(
  { storage }: Pick<IdempotencyContext, 'storage'>,
  { key }: StoredRecord<'idempotency_key'>,
): Promise<boolean> {
  const { ok } = await storage.commit({ writes: [{ write: 'delete', key }] });
  return ok;
}
