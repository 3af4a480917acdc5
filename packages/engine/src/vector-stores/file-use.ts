/** The note that a vector store has a file, or is about to: made before the store's entry, deleted after it. */
export interface FileUse {
  readonly id: string;
  readonly object: 'file_use';
  readonly file_id: string;
  readonly vector_store_id: string;
}
