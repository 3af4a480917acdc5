import { type BlobInfo, StorageError } from '@cogitator-ai/openai-storage';

/** What makes a blob of an object: the last thing that is written. */
export interface BlobHeader extends BlobInfo {
  /** Which object has the content: there may be others, of puts that came second or failed. */
  readonly upload: string;
}

/** @throws `StorageError` `schema_mismatch` for what is none. */
export function parseBlobHeader(bytes: Uint8Array): BlobHeader {
  const header = parseJson(new TextDecoder().decode(bytes)) as Partial<BlobHeader> | null;
  if (
    typeof header?.upload !== 'string' ||
    !Number.isSafeInteger(header.bytes) ||
    typeof header.sha256 !== 'string' ||
    !/^[0-9a-f]{64}$/.test(header.sha256)
  ) {
    throw new StorageError('schema_mismatch', 'The bucket has an object where a blob should be that is none.');
  }
  return header as BlobHeader;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
