import type {
  Assistant,
  FileObject,
  Message,
  Run,
  RunStep,
  Thread,
  Upload,
  UploadPart,
  VectorStore,
  VectorStoreFile,
  VectorStoreFileBatch,
} from '@cogitator-ai/openai-protocol';
import { type RecordKind, StorageError, type StoredRecord } from '@cogitator-ai/openai-storage';
import type { UnownedBlob } from '../blobs/unowned-blob.ts';
import type { IdempotencyRecord } from '../idempotency/idempotency-record.ts';
import type { FileUse } from '../vector-stores/file-use.ts';
import type { SegmentRecord } from '../vector-stores/segment-record.ts';

/** The object each kind of record holds. */
interface RecordObjects {
  assistant: Assistant;
  thread: Thread;
  message: Message;
  run: Run;
  run_step: RunStep;
  file: FileObject;
  upload: Upload;
  upload_part: UploadPart;
  vector_store: VectorStore;
  vector_store_file: VectorStoreFile;
  vector_store_file_batch: VectorStoreFileBatch;
  segment: SegmentRecord;
  file_use: FileUse;
  unowned_blob: UnownedBlob;
  idempotency_key: IdempotencyRecord;
}

const OBJECT_NAMES: { readonly [K in RecordKind]: RecordObjects[K]['object'] } = {
  assistant: 'assistant',
  thread: 'thread',
  message: 'thread.message',
  run: 'thread.run',
  run_step: 'thread.run.step',
  file: 'file',
  upload: 'upload',
  upload_part: 'upload.part',
  vector_store: 'vector_store',
  vector_store_file: 'vector_store.file',
  vector_store_file_batch: 'vector_store.file_batch',
  segment: 'vector_store.segment',
  file_use: 'file_use',
  unowned_blob: 'unowned_blob',
  idempotency_key: 'idempotency_key',
};

/**
 * The object a record holds.
 *
 * @throws `StorageError` `schema_mismatch` when the record holds something else.
 */
export function parseRecord<K extends RecordKind>(record: StoredRecord<K>): RecordObjects[K] {
  const { kind, id } = record.key;
  const value = JSON.parse(record.body) as RecordObjects[K];
  if (value.object !== OBJECT_NAMES[kind] || value.id !== id) {
    throw new StorageError('schema_mismatch', `Record '${id}' does not hold a '${OBJECT_NAMES[kind]}'.`);
  }
  return value;
}
