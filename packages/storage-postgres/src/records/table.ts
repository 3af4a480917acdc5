import {
  type ListRequest,
  RECORD_KINDS,
  type RecordKind,
  type RecordKindSpec,
  type StoredRecord,
} from '@cogitator-ai/openai-storage';

const KINDS = Object.keys(RECORD_KINDS) as RecordKind[];

/** The kinds that each kind owns directly, as JSON. */
export const OWNED_KINDS = JSON.stringify(
  Object.fromEntries(KINDS.map((kind) => [kind, KINDS.filter((other) => specOf(other).parent === kind)])),
);

/** Kinds whose tables have a column `status`. */
export const KINDS_WITH_STATUS: ReadonlySet<RecordKind> = new Set([
  'message',
  'run',
  'run_step',
  'file',
  'upload',
  'vector_store',
  'vector_store_file_batch',
]);

export function specOf(kind: RecordKind): RecordKindSpec {
  return RECORD_KINDS[kind];
}

/** The column `owner`: the ids of the owners. No id holds a slash. */
export function ownerText(path: readonly string[]): string {
  return path.join('/');
}

/** A record as it is selected by {@link COLUMNS}. */
export interface Row {
  owner: string;
  id: string;
  body: string;
  state: string | null;
  version: string;
  fence: string;
  due_at: string | null;
}

export const COLUMNS = 'owner, id, body, state, version, fence, due_at';

export function toRecord<K extends RecordKind>(kind: K, row: Row): StoredRecord<K> {
  return {
    key: { kind, path: row.owner === '' ? [] : row.owner.split('/'), id: row.id },
    body: row.body,
    state: row.state,
    version: Number(row.version),
    fence: Number(row.fence),
    dueAt: row.due_at === null ? null : Number(row.due_at),
  };
}

/** The statement of a page and its name: owner, the filters asked for, after, before, limit; as many as the request has. */
export function selectPage(
  schema: string,
  { kind, order, after, before, where = {} }: ListRequest,
): { name: string; text: string } {
  const filters = Object.keys(where);
  const [behind, ahead] = order === 'asc' ? ['>', '<'] : ['<', '>'];
  const backwards = before !== undefined && after === undefined;
  const conditions = ['owner = $1'];
  const add = (column: string, operator: string): void => {
    conditions.push(`${column} ${operator} $${conditions.length + 1}`);
  };
  for (const filter of filters) add(filter, '=');
  if (after !== undefined) add('id', behind ?? '');
  if (before !== undefined) add('id', ahead ?? '');
  const direction = (order === 'asc') === backwards ? 'DESC' : 'ASC';
  return {
    name: ['list', kind, order, after !== undefined, before !== undefined, ...filters].join(' '),
    text:
      `SELECT ${COLUMNS} FROM ${schema}.${kind} WHERE ${conditions.join(' AND ')} ` +
      `ORDER BY id ${direction} LIMIT $${conditions.length + 1}`,
  };
}
