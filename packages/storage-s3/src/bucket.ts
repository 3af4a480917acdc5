import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { isConditionFailed, isNotFound, toS3Error } from './s3-error.ts';

/** Bytes of an object, `end` exclusive. */
export interface ObjectRange {
  readonly start: number;
  readonly end: number;
}

/** A part of an object that is uploaded in several. */
export interface UploadedPart {
  readonly PartNumber: number;
  readonly ETag: string | undefined;
}

/** Objects of a bucket below a prefix. Fails with `StorageError` or the reason of a signal. */
export class Bucket {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor(client: S3Client, bucket: string, prefix: string) {
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  /** Bytes of an object, `null` when there is none. The range must begin within it. */
  async read(key: string, { signal, range }: { signal?: AbortSignal; range?: ObjectRange } = {}) {
    const command = new GetObjectCommand({
      ...this.#object(key),
      ...(range && { Range: `bytes=${range.start}-${range.end - 1}` }),
    });
    try {
      const { Body: body } = await this.#client.send(command, options(signal));
      return (await body?.transformToByteArray()) ?? null;
    } catch (error) {
      if (isNotFound(error)) return null;
      return fail(error, signal);
    }
  }

  async write(key: string, body: Uint8Array | string, signal?: AbortSignal): Promise<void> {
    const command = new PutObjectCommand({ ...this.#object(key), Body: body });
    await this.#client.send(command, options(signal)).catch((error: unknown) => fail(error, signal));
  }

  /** Writes an object on the condition that there is none; answers whether it did. */
  async create(key: string, body: string): Promise<boolean> {
    try {
      await this.#client.send(new PutObjectCommand({ ...this.#object(key), Body: body, IfNoneMatch: '*' }));
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      return fail(error);
    }
  }

  /** Removes an object, if there is one. */
  async remove(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand(this.#object(key))).catch(fail);
  }

  /** The keys that begin with a text, with the time of their last change. */
  async *list(beginning: string): AsyncGenerator<{ key: string; modifiedAt: number }> {
    const input = { Bucket: this.#bucket, Prefix: this.#prefix + beginning };
    try {
      for await (const { Contents: objects = [] } of paginateListObjectsV2({ client: this.#client }, input)) {
        for (const { Key: key, LastModified: modified } of objects) {
          if (key !== undefined && modified)
            yield { key: key.slice(this.#prefix.length), modifiedAt: Number(modified) };
        }
      }
    } catch (error) {
      fail(error);
    }
  }

  /** @returns The id of an upload in parts, which is no object until it is completed. */
  async startUpload(key: string, signal: AbortSignal): Promise<string> {
    const command = new CreateMultipartUploadCommand(this.#object(key));
    const { UploadId } = await this.#client
      .send(command, options(signal))
      .catch((error: unknown) => fail(error, signal));
    return UploadId as string;
  }

  /** @param number - From 1. All parts but the last have 5 MiB or more. */
  async uploadPart(
    key: string,
    { uploadId, number, body, signal }: { uploadId: string; number: number; body: Uint8Array; signal: AbortSignal },
  ): Promise<UploadedPart> {
    const command = new UploadPartCommand({
      ...this.#object(key),
      UploadId: uploadId,
      PartNumber: number,
      Body: body,
    });
    const { ETag } = await this.#client.send(command, options(signal)).catch((error: unknown) => fail(error, signal));
    return { PartNumber: number, ETag };
  }

  async completeUpload(key: string, uploadId: string, parts: UploadedPart[], signal: AbortSignal): Promise<void> {
    const command = new CompleteMultipartUploadCommand({
      ...this.#object(key),
      UploadId: uploadId,
      MultipartUpload: { Parts: parts },
    });
    await this.#client.send(command, options(signal)).catch((error: unknown) => fail(error, signal));
  }

  /** Does nothing when there is none, as when it was completed and nobody heard of it. */
  async abortUpload(key: string, uploadId: string): Promise<void> {
    try {
      await this.#client.send(new AbortMultipartUploadCommand({ ...this.#object(key), UploadId: uploadId }));
    } catch (error) {
      if (!isNotFound(error)) fail(error);
    }
  }

  #object(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }
}

function options(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}

function fail(error: unknown, signal?: AbortSignal): never {
  signal?.throwIfAborted();
  throw toS3Error(error);
}
