CREATE TABLE vector_store (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  state TEXT,
  version INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  due_at INTEGER,
  created_at INTEGER GENERATED ALWAYS AS (body ->> '$.created_at') VIRTUAL,
  status TEXT GENERATED ALWAYS AS (body ->> '$.status') VIRTUAL
) STRICT;
CREATE INDEX vector_store_due ON vector_store (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE vector_store_file (
  vector_store_id TEXT NOT NULL REFERENCES vector_store (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT,
  version INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  due_at INTEGER,
  status TEXT,
  batch_id TEXT,
  batch_status TEXT,
  created_at INTEGER GENERATED ALWAYS AS (body ->> '$.created_at') VIRTUAL,
  PRIMARY KEY (vector_store_id, id)
) STRICT;
CREATE INDEX vector_store_file_status ON vector_store_file (vector_store_id, status, id) WHERE status IS NOT NULL;
CREATE INDEX vector_store_file_batch_id ON vector_store_file (vector_store_id, batch_id, id) WHERE batch_id IS NOT NULL;
CREATE INDEX vector_store_file_batch_status ON vector_store_file (vector_store_id, batch_status, id) WHERE batch_status IS NOT NULL;
CREATE INDEX vector_store_file_due ON vector_store_file (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE vector_store_file_batch (
  vector_store_id TEXT NOT NULL REFERENCES vector_store (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT,
  version INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  due_at INTEGER,
  created_at INTEGER GENERATED ALWAYS AS (body ->> '$.created_at') VIRTUAL,
  status TEXT GENERATED ALWAYS AS (body ->> '$.status') VIRTUAL,
  PRIMARY KEY (vector_store_id, id)
) STRICT;
CREATE INDEX vector_store_file_batch_due ON vector_store_file_batch (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE segment (
  vector_store_id TEXT NOT NULL REFERENCES vector_store (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT,
  version INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  due_at INTEGER,
  created_at INTEGER GENERATED ALWAYS AS (body ->> '$.created_at') VIRTUAL,
  PRIMARY KEY (vector_store_id, id)
) STRICT;
CREATE INDEX segment_due ON segment (due_at) WHERE due_at IS NOT NULL;

-- Which vector stores have a file.
CREATE TABLE file_use (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  state TEXT,
  version INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  due_at INTEGER,
  file_id TEXT
) STRICT;
CREATE INDEX file_use_file ON file_use (file_id, id) WHERE file_id IS NOT NULL;
CREATE INDEX file_use_due ON file_use (due_at) WHERE due_at IS NOT NULL;
