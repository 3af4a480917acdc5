import { RECORD_KINDS, type RecordKind, type RecordKindSpec } from '@cogitator-ai/openai-storage';

export const KINDS = Object.keys(RECORD_KINDS) as RecordKind[];

export function specOf(kind: RecordKind): RecordKindSpec {
  return RECORD_KINDS[kind];
}

/** Whether each record of a kind is a partition of its own, so that only an index over all partitions can list them. */
export function isPartition(kind: RecordKind): boolean {
  const { parent, partition } = specOf(kind);
  return parent === null && partition !== null;
}

/** The kinds owned directly by a kind. */
export function childrenOf(kind: RecordKind): RecordKind[] {
  return KINDS.filter((other) => specOf(other).parent === kind);
}

/** The kinds owned by a kind, however far below. */
export function descendantsOf(kind: RecordKind): RecordKind[] {
  return childrenOf(kind).flatMap((child) => [child, ...descendantsOf(child)]);
}
