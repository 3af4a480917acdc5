import type { FileObject, FilePurpose } from '@cogitator-ai/openai-protocol';
import type { Insert, Storage } from '@cogitator-ai/openai-storage';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { fileKey } from '../records/keys.ts';

/** How long files of the purpose `batch` are kept unless the client says so, in seconds. */
const BATCH_SECONDS = 2_592_000;

/** What makes a file. */
export interface FileParts {
  readonly id: string;
  readonly bytes: number;
  readonly filename: string;
  readonly purpose: FilePurpose;
  /** How long it is kept, in seconds; `null` until it is deleted. */
  readonly lifetimeSeconds: number | null;
}

/** @param expiresAfter - What the client asked for. */
export function fileLifetime(
  purpose: FilePurpose,
  expiresAfter: { seconds: number } | null | undefined,
): number | null {
  return expiresAfter?.seconds ?? (purpose === 'batch' ? BATCH_SECONDS : null);
}

export function buildFile(
  context: EngineContext,
  { id, bytes, filename, purpose, lifetimeSeconds }: FileParts,
): FileObject {
  const createdAt = unixSeconds();
  return {
    id,
    object: 'file',
    bytes,
    created_at: createdAt,
    expires_at: lifetimeSeconds === null ? null : createdAt + lifetimeSeconds,
    filename,
    purpose,
    status: 'processed',
    status_details: null,
  };
}

/** The write that makes it. */
export async function insertFile(storage: Storage, file: FileObject): Promise<Insert> {
  const { id, purpose, created_at: createdAt, expires_at: expiresAt } = file;
  return {
    write: 'insert',
    key: fileKey(id),
    body: JSON.stringify(file),
    filters: { purpose },
    dueAt: expiresAt === null ? null : (await storage.now()) + (expiresAt - createdAt) * 1000,
  };
}
