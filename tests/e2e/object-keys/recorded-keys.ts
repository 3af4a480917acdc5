/**
 * The keys of each object in the order of recorded traffic, then those that only the OpenAPI description has.
 *
 * Checked by hand against the Assistants API reference; the section is named.
 */
export const RECORDED_KEYS: Readonly<Record<string, string>> = {
  // Assistant object.
  assistant:
    'id object created_at name description model instructions tools top_p temperature reasoning_effort tool_resources metadata response_format',
  // Thread object.
  thread: 'id object created_at metadata tool_resources',
  // Message object.
  'thread.message':
    'id object created_at thread_id status incomplete_details completed_at incomplete_at role content assistant_id run_id attachments metadata',
  // Run object.
  'thread.run':
    'id object created_at assistant_id thread_id status started_at expires_at cancelled_at failed_at completed_at required_action last_error model instructions tools tool_resources metadata temperature top_p reasoning_effort max_completion_tokens max_prompt_tokens truncation_strategy incomplete_details usage response_format tool_choice parallel_tool_calls',
  // Run step object: `expired_at` and `metadata` are the description's.
  'thread.run.step':
    'id object created_at run_id assistant_id thread_id type status cancelled_at completed_at expires_at expired_at failed_at last_error step_details metadata usage',
  // File object.
  file: 'id object bytes created_at expires_at filename purpose status status_details',
  // Upload objects; of a completed one also `file`.
  upload: 'id object bytes created_at filename purpose status expires_at',
  'upload, completed': 'id object bytes created_at filename purpose status expires_at file',
  'upload.part': 'id object created_at upload_id',
  // Vector store object; `description` is the OpenAPI description's.
  vector_store:
    'id object created_at name description usage_bytes file_counts status expires_after expires_at last_active_at metadata',
  // Vector store files.
  'vector_store.file':
    'id object usage_bytes created_at vector_store_id status last_error chunking_strategy attributes',
  'vector_store.file_content.page': 'object data has_more next_page',
  // File batches.
  'vector_store.file_batch': 'id object created_at vector_store_id status file_counts',
  // Search endpoint.
  'vector_store.search_results.page': 'object search_query data has_more next_page',
  // Model.
  model: 'id object created owned_by',
  // Pagination: response envelope.
  list: 'object data first_id last_id has_more',
  // Streaming: delta shapes.
  'thread.message.delta': 'id object delta',
  'thread.run.step.delta': 'id object delta',
  // Delete results.
  'assistant.deleted': 'id object deleted',
  'thread.deleted': 'id object deleted',
  'thread.message.deleted': 'id object deleted',
  'vector_store.deleted': 'id object deleted',
  'vector_store.file.deleted': 'id object deleted',
  // Files: delete.
  'deleted file': 'object deleted id',
  // Models have no paging fields.
  'page of models': 'object data',
  // Errors: envelope.
  error: 'error',
};
