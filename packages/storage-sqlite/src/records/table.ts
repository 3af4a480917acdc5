import { RECORD_KINDS, type RecordKind, type RecordKindSpec } from '@cogitator-ai/openai-storage';

/** How a kind of record is laid out: its table is named after it. */
export interface Table {
  /** Columns of {@link RecordKey.path}: `thread_id`, `run_id`. */
  readonly path: readonly string[];
  /** Columns of the kind's filters, named after them. */
  readonly filters: readonly string[];
}

const TABLES = new Map<RecordKind, Table>(
  (Object.keys(RECORD_KINDS) as RecordKind[]).map((kind) => [
    kind,
    { path: ownersOf(kind).map((owner) => `${owner}_id`), filters: specOf(kind).filters },
  ]),
);

export function tableOf(kind: RecordKind): Table {
  return TABLES.get(kind) as Table;
}

function specOf(kind: RecordKind): RecordKindSpec {
  return RECORD_KINDS[kind];
}

/** Outermost first. */
function ownersOf(kind: RecordKind): RecordKind[] {
  const { parent } = specOf(kind);
  return parent === null ? [] : [...ownersOf(parent), parent];
}
