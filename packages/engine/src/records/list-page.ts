import { Json, type ListQuery, type ListResponse } from '@cogitator-ai/openai-protocol';
import type { ListRequest, RecordPage, Storage } from '@cogitator-ai/openai-storage';

/**
 * A page of a collection as the wire shows it, joined from the stored texts without parsing them.
 *
 * @param whenEmpty - Called for an empty page, to refuse a collection whose owner does not exist. A page with records
 * needs no look at the owner.
 */
export async function listPage<T extends { id: string }>(
  storage: Storage,
  collection: Pick<ListRequest, 'kind' | 'path' | 'where'>,
  { limit, order, after, before }: ListQuery,
  whenEmpty?: () => Promise<void>,
): Promise<Json<ListResponse<T>>> {
  const page = await storage.list({ ...collection, limit, order, after, before });
  if (page.records.length === 0) await whenEmpty?.();
  return toListResponse(page);
}

/** A page as the wire shows it. */
export function toListResponse<T>({ records, hasMore }: RecordPage): Json<ListResponse<T>> {
  const data = records.map(({ body }) => body).join(',');
  const firstId = JSON.stringify(records[0]?.key.id ?? null);
  const lastId = JSON.stringify(records.at(-1)?.key.id ?? null);
  return Json.parse(
    `{"object":"list","data":[${data}],"first_id":${firstId},"last_id":${lastId},"has_more":${hasMore}}`,
  );
}
