import { type DeletedObject, Json } from '@cogitator-ai/openai-protocol';
import type { RecordKey, Storage } from '@cogitator-ai/openai-storage';

/** Deletes a record with all it owns. */
export async function deleteRecord(
  storage: Storage,
  key: RecordKey,
  deleted: DeletedObject,
  missing: () => Error,
): Promise<Json<DeletedObject>> {
  const result = await storage.commit({ checks: [{ check: 'exists', key }], writes: [{ write: 'delete', key }] });
  if (!result.ok) throw missing();
  return Json.of(deleted);
}
