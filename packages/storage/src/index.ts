export type { BlobInfo, BlobRange, BlobStore } from './contract/blob-store.ts';
export type {
  Check,
  Commit,
  CommitResult,
  Conflict,
  Delete,
  Insert,
  Put,
  RecordFields,
  Write,
} from './contract/commit.ts';
export type {
  EventBatch,
  EventListener,
  EventLog,
  EventStreamKey,
  LogEvent,
  LoggedEvent,
} from './contract/event-log.ts';
export { isIdentifier } from './contract/identifier.ts';
export {
  isListRequest,
  isRecordKey,
  ownedCollections,
  ownerOf,
  partitionOf,
  partitionOfCommit,
  partitionOfKeys,
  runOfStream,
} from './contract/partition.ts';
export { RECORD_KINDS } from './contract/records.ts';
export type {
  ListRequest,
  RecordKey,
  RecordKind,
  RecordKindSpec,
  RecordPage,
  RecordReader,
  StoredRecord,
} from './contract/records.ts';
export { StorageError } from './contract/storage-error.ts';
export type { StorageErrorCode } from './contract/storage-error.ts';
export type { Lease, Storage } from './contract/storage.ts';
