import type { RecordKey } from '@cogitator-ai/openai-storage';

export function assistantKey(assistantId: string): RecordKey<'assistant'> {
  return { kind: 'assistant', path: [], id: assistantId };
}

export function threadKey(threadId: string): RecordKey<'thread'> {
  return { kind: 'thread', path: [], id: threadId };
}

export function messageKey(threadId: string, messageId: string): RecordKey<'message'> {
  return { kind: 'message', path: [threadId], id: messageId };
}

export function runKey(threadId: string, runId: string): RecordKey<'run'> {
  return { kind: 'run', path: [threadId], id: runId };
}

export function runStepKey(threadId: string, runId: string, stepId: string): RecordKey<'run_step'> {
  return { kind: 'run_step', path: [threadId, runId], id: stepId };
}

export function fileKey(fileId: string): RecordKey<'file'> {
  return { kind: 'file', path: [], id: fileId };
}

export function uploadKey(uploadId: string): RecordKey<'upload'> {
  return { kind: 'upload', path: [], id: uploadId };
}

export function uploadPartKey(uploadId: string, partId: string): RecordKey<'upload_part'> {
  return { kind: 'upload_part', path: [uploadId], id: partId };
}

export function vectorStoreKey(storeId: string): RecordKey<'vector_store'> {
  return { kind: 'vector_store', path: [], id: storeId };
}

export function vectorStoreFileKey(storeId: string, fileId: string): RecordKey<'vector_store_file'> {
  return { kind: 'vector_store_file', path: [storeId], id: fileId };
}

export function vectorStoreFileBatchKey(storeId: string, batchId: string): RecordKey<'vector_store_file_batch'> {
  return { kind: 'vector_store_file_batch', path: [storeId], id: batchId };
}

export function segmentKey(storeId: string, segmentId: string): RecordKey<'segment'> {
  return { kind: 'segment', path: [storeId], id: segmentId };
}

export function fileUseKey(fileId: string, storeId: string): RecordKey<'file_use'> {
  return { kind: 'file_use', path: [], id: `${fileId}_${storeId}` };
}

export function unownedBlobKey(blobKey: string): RecordKey<'unowned_blob'> {
  return { kind: 'unowned_blob', path: [], id: blobKey };
}

export function idempotencyRecordKey(id: string): RecordKey<'idempotency_key'> {
  return { kind: 'idempotency_key', path: [], id };
}
