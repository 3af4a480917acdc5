import type { ModelUsage } from '@cogitator-ai/openai-engine';
import type { BackendUsage } from './cogitator-like.ts';

/** `null` unless it says both numbers. */
export function toUsage(usage: Partial<BackendUsage> | null | undefined): ModelUsage | null {
  const { inputTokens: promptTokens, outputTokens: completionTokens } = usage ?? {};
  if (!isCount(promptTokens) || !isCount(completionTokens)) return null;
  return { promptTokens, completionTokens, cachedTokens: 0, reasoningTokens: 0 };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
