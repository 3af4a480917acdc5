import type { ClosableBlobStore } from '@cogitator-ai/openai-storage-s3';
import { ConfigError } from '../config/config-error.ts';
import { parseBlobsUrl } from './parse-blobs-url.ts';

export interface OpenBlobsOptions {
  /** Such as `s3://bucket/prefix?endpoint=https://minio.internal:9000`. */
  readonly blobsUrl: string;
  /** Told what the service cannot do. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * Opens the bucket that a URL names. The AWS SDK is loaded only here.
 *
 * @throws `ConfigError` for a URL that names none; `StorageError` when it cannot be written to.
 */
export async function openBlobs({ blobsUrl, onWarning }: OpenBlobsOptions): Promise<ClosableBlobStore> {
  const target = parseBlobsUrl(blobsUrl);
  if (!target) throw new ConfigError('This is no bucket that the server knows: see --help.');
  const { openS3BlobStore } = await import('@cogitator-ai/openai-storage-s3');
  return openS3BlobStore({ ...target, ...(onWarning && { onWarning }) });
}
