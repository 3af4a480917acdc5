SELECT create_kind('vector_store', NULL, true, '{}', true);
SELECT create_kind('vector_store_file', 'vector_store', true, '{status,batch_id,batch_status}');
SELECT create_kind('vector_store_file_batch', 'vector_store', true, '{}', true);
SELECT create_kind('segment', 'vector_store', true);
-- Which vector stores have a file.
SELECT create_kind('file_use', NULL, false, '{file_id}');
SELECT create_record_functions();
SELECT create_insert_function(kind) FROM record_kind kind
WHERE name IN ('vector_store', 'vector_store_file', 'vector_store_file_batch', 'segment', 'file_use');
