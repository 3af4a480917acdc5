import type { VectorStore } from '@cogitator-ai/openai-protocol';
import { expect, it } from 'vitest';
import { unixSeconds } from '../engine-context.ts';
import { withPolicy } from './stored-store.ts';

const DAY = 86_400;
const policy = (days: number) => ({ anchor: 'last_active_at', days }) as const;

function usedDaysAgo(days: number): VectorStore {
  return { status: 'completed', last_active_at: unixSeconds() - days * DAY } as VectorStore;
}

it('counts the time of a new policy from the last use', () => {
  const store = usedDaysAgo(10);
  expect(withPolicy(store, policy(12)).expires_at).toBe(store.last_active_at + 12 * DAY);
  expect(withPolicy(store, null).expires_at).toBeNull();
});

it('does not let a new policy expire what is not used at the moment', () => {
  const { last_active_at: usedAt, expires_at: expiresAt } = withPolicy(usedDaysAgo(10), policy(7));
  expect(usedAt).toBeGreaterThan(unixSeconds() - DAY);
  expect(expiresAt).toBe(usedAt + 7 * DAY);
});
