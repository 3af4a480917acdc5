import type { z } from 'zod';
import { pairsOf } from '../metadata.ts';

/** What an attribute can be. */
export type AttributeValue = string | number | boolean;

/** Up to 16 values by which the files of a vector store are filtered; the limits are those of metadata. */
export const Attributes = pairsOf(isAttributeValue, 'string|number|boolean');
export type Attributes = z.infer<typeof Attributes>;

function isAttributeValue(value: unknown): value is AttributeValue {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}
