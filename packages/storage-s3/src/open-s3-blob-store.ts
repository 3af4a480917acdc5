import { S3Client } from '@aws-sdk/client-s3';
import { type BlobStore, StorageError } from '@cogitator-ai/openai-storage';
import { Bucket } from './bucket.ts';
import { S3BlobStore } from './s3-blob-store.ts';
import { isNotImplemented } from './s3-error.ts';

/** How long one attempt may take to connect, and altogether, in ms. There are three. */
const CONNECT_MS = 5000;
const REQUEST_MS = 60_000;
/** How long a connection may be silent, in ms. */
const SILENCE_MS = 10_000;

/** Written at the first opening. No blob can have a key with a dot. */
const PROBE_KEY = '.conditional-writes';
const PROBE = 'Written again by every start, on the condition that it is not there.\n';

export interface S3BlobStoreOptions {
  /** Must exist. */
  bucket: string;
  /** What all keys begin with; stores with different prefixes do not see each other. Default `openai/`. */
  prefix?: string;
  /** A client of the caller, which is left open at the end. Default one of its own, from what follows. */
  client?: S3Client;
  /** Where the service is, such as `https://minio.internal:9000`. Default Amazon's. */
  endpoint?: string;
  /** Default what the environment says; with an endpoint `us-east-1`. */
  region?: string;
  /** Whether the bucket is named in the path of a URL rather than in its host. Default false; with an endpoint true. */
  forcePathStyle?: boolean;
  /** Called at opening for what the service cannot do. */
  onWarning?: (message: string) => void;
}

/** A blob store to be closed. */
export interface ClosableBlobStore extends BlobStore {
  /** Ends what is under way, and the client unless it is the caller's. May be called twice. */
  close(): Promise<void>;
}

/**
 * Keeps blobs in a bucket of S3, or of a service that speaks its protocol. Credentials are those that the AWS SDK finds: of the
 * environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, …), of a profile, of the machine.
 *
 * @throws `StorageError` `unavailable` when the bucket cannot be written to.
 */
export async function openS3BlobStore(options: S3BlobStoreOptions): Promise<ClosableBlobStore> {
  const client = options.client ?? createClient(options);
  const release = (): void => {
    if (!options.client) client.destroy();
  };
  const bucket = new Bucket(client, options.bucket, options.prefix ?? 'openai/');
  try {
    const isConditional = await heedsConditions(bucket);
    if (!isConditional) {
      options.onWarning?.(
        `The service of the bucket '${options.bucket}' does not heed If-None-Match: of two blobs that are stored under one key ` +
          'at the same moment, both may be answered and one be lost.',
      );
    }
    return new S3BlobStore({ bucket, isConditional, release });
  } catch (error) {
    release();
    throw error;
  }
}

function createClient({ endpoint, region, forcePathStyle }: S3BlobStoreOptions): S3Client {
  const ownRegion = region ?? (endpoint === undefined ? undefined : 'us-east-1');
  return new S3Client({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(ownRegion === undefined ? {} : { region: ownRegion }),
    forcePathStyle: forcePathStyle ?? endpoint !== undefined,
    // Checksums of S3's own are unknown to many other services; what is sent is signed with its SHA-256 anyhow.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // It would take a connection of its own for every part.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
      socketTimeout: SILENCE_MS,
    },
  });
}

/** Whether the second write of a key is refused; also whether there is a bucket at all that may be written to. */
async function heedsConditions(bucket: Bucket): Promise<boolean> {
  try {
    return !(await bucket.create(PROBE_KEY, PROBE)) || !(await bucket.create(PROBE_KEY, PROBE));
  } catch (error) {
    if (StorageError.isInstance(error) && isNotImplemented(error.cause)) return false;
    throw error;
  }
}
