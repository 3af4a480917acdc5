import type { IdempotencyContext } from './idempotency-context.ts';

/** Keys deleted between two looks for more. */
const BATCH = 100;

/** Deletes all idempotency keys whose time is up. */
export async function forgetDueKeys({ storage }: IdempotencyContext): Promise<void> {
  for (;;) {
    const records = await storage.due('idempotency_key', BATCH);
    for (const { key } of records) await storage.commit({ writes: [{ write: 'delete', key }] });
    if (records.length < BATCH) return;
  }
}
