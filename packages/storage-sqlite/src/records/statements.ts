import type { ListRequest, RecordKind } from '@cogitator-ai/openai-storage';
import { type Table, tableOf } from './table.ts';

const FIELDS = ['body', 'state', 'version', 'fence', 'due_at'];

/** `SELECT`: path, id. */
export function selectOne(kind: RecordKind): string {
  return memo(`get ${kind}`, () => {
    const { path } = tableOf(kind);
    return `SELECT ${FIELDS.join(', ')} FROM ${kind} WHERE ${equal([...path, 'id'])}`;
  });
}

/** `INSERT`: path, id, body, state, fence, due_at, filters. */
export function insertOne(kind: RecordKind): string {
  return memo(`insert ${kind}`, () => {
    const { path, filters } = tableOf(kind);
    const columns = [...path, 'id', 'body', 'state', 'fence', 'due_at', ...filters, 'version'];
    return `INSERT INTO ${kind} (${columns.join(', ')}) VALUES (${columns
      .map(() => '?')
      .join(', ')
      .replace(/\?$/, '1')})`;
  });
}

/** `UPDATE`: body, state, fence, due_at, filters, path, id. */
export function updateOne(kind: RecordKind): string {
  return memo(`update ${kind}`, () => {
    const { path, filters } = tableOf(kind);
    const changes = ['body', 'state', 'fence', 'due_at', ...filters].map((column) => `${column} = ?`);
    return `UPDATE ${kind} SET ${changes.join(', ')}, version = version + 1 WHERE ${equal([...path, 'id'])}`;
  });
}

/** `UPDATE`: due_at, path, id, fence. */
export function renewOne(kind: RecordKind): string {
  return memo(`renew ${kind}`, () => {
    const key = equal([...tableOf(kind).path, 'id', 'fence']);
    return `UPDATE ${kind} SET due_at = ? WHERE ${key} AND due_at IS NOT NULL`;
  });
}

/** `DELETE`: path, id. */
export function deleteOne(kind: RecordKind): string {
  return memo(`delete ${kind}`, () => `DELETE FROM ${kind} WHERE ${equal([...tableOf(kind).path, 'id'])}`);
}

/** `SELECT`: path, the filters asked for, after, before, limit; as many of them as the request has. */
export function selectPage({ kind, order, after, before, where = {} }: ListRequest): string {
  const names = Object.keys(where);
  const shape = `list ${kind} ${order} ${after !== undefined} ${before !== undefined} ${names.join(' ')}`;
  return memo(shape, () => {
    const { path } = tableOf(kind);
    const [behind, ahead] = order === 'asc' ? ['>', '<'] : ['<', '>'];
    const backwards = before !== undefined && after === undefined;
    const conditions = [...path, ...names].map((column) => `${column} = ?`);
    if (after !== undefined) conditions.push(`id ${behind} ?`);
    if (before !== undefined) conditions.push(`id ${ahead} ?`);
    const condition = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
    const direction = (order === 'asc') === backwards ? 'DESC' : 'ASC';
    return `SELECT id, ${FIELDS.join(', ')} FROM ${kind} ${condition} ORDER BY id ${direction} LIMIT ?`;
  });
}

/** `SELECT`: now, limit. */
export function selectDue(kind: RecordKind): string {
  return memo(`due ${kind}`, () => {
    const columns = [...tableOf(kind).path, 'id', ...FIELDS];
    return `SELECT ${columns.join(', ')} FROM ${kind} WHERE due_at <= ? ORDER BY due_at, id LIMIT ?`;
  });
}

function equal(columns: Table['path']): string {
  return columns.map((column) => `${column} = ?`).join(' AND ');
}

const texts = new Map<string, string>();

function memo(name: string, make: () => string): string {
  let text = texts.get(name);
  if (text === undefined) texts.set(name, (text = make()));
  return text;
}
