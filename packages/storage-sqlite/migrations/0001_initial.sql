-- One table for each kind of record. Keys, versions and times are columns; the object itself is its JSON text, byte for byte
-- as clients get it. Generated columns cost nothing until somebody asks for them.

CREATE TABLE assistant (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  state TEXT,
  version INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  due_at INTEGER,
  created_at INTEGER GENERATED ALWAYS AS (body ->> '$.created_at') VIRTUAL
) STRICT;
CREATE INDEX assistant_due ON assistant (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE thread (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  state TEXT,
  version INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  due_at INTEGER,
  created_at INTEGER GENERATED ALWAYS AS (body ->> '$.created_at') VIRTUAL
) STRICT;
CREATE INDEX thread_due ON thread (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE message (
  thread_id TEXT NOT NULL REFERENCES thread (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT,
  version INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  due_at INTEGER,
  run_id TEXT,
  created_at INTEGER GENERATED ALWAYS AS (body ->> '$.created_at') VIRTUAL,
  status TEXT GENERATED ALWAYS AS (body ->> '$.status') VIRTUAL,
  PRIMARY KEY (thread_id, id)
) STRICT;
CREATE INDEX message_run ON message (thread_id, run_id, id) WHERE run_id IS NOT NULL;
CREATE INDEX message_due ON message (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE run (
  thread_id TEXT NOT NULL REFERENCES thread (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT,
  version INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  due_at INTEGER,
  created_at INTEGER GENERATED ALWAYS AS (body ->> '$.created_at') VIRTUAL,
  status TEXT GENERATED ALWAYS AS (body ->> '$.status') VIRTUAL,
  PRIMARY KEY (thread_id, id)
) STRICT;
CREATE INDEX run_due ON run (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE run_step (
  thread_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT,
  version INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  due_at INTEGER,
  created_at INTEGER GENERATED ALWAYS AS (body ->> '$.created_at') VIRTUAL,
  status TEXT GENERATED ALWAYS AS (body ->> '$.status') VIRTUAL,
  PRIMARY KEY (thread_id, run_id, id),
  FOREIGN KEY (thread_id, run_id) REFERENCES run (thread_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX run_step_due ON run_step (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE file (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  state TEXT,
  version INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  due_at INTEGER,
  purpose TEXT,
  created_at INTEGER GENERATED ALWAYS AS (body ->> '$.created_at') VIRTUAL
) STRICT;
CREATE INDEX file_purpose ON file (purpose, id) WHERE purpose IS NOT NULL;
CREATE INDEX file_due ON file (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE upload (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  state TEXT,
  version INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  due_at INTEGER,
  created_at INTEGER GENERATED ALWAYS AS (body ->> '$.created_at') VIRTUAL,
  status TEXT GENERATED ALWAYS AS (body ->> '$.status') VIRTUAL
) STRICT;
CREATE INDEX upload_due ON upload (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE upload_part (
  upload_id TEXT NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT,
  version INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  due_at INTEGER,
  created_at INTEGER GENERATED ALWAYS AS (body ->> '$.created_at') VIRTUAL,
  PRIMARY KEY (upload_id, id)
) STRICT;
CREATE INDEX upload_part_due ON upload_part (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE unowned_blob (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  state TEXT,
  version INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  due_at INTEGER
) STRICT;
CREATE INDEX unowned_blob_due ON unowned_blob (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE idempotency_key (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  state TEXT,
  version INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  due_at INTEGER
) STRICT;
CREATE INDEX idempotency_key_due ON idempotency_key (due_at) WHERE due_at IS NOT NULL;

-- Who holds a unique value: at most one record of a partition, whatever its kind.
CREATE TABLE claim (
  partition TEXT NOT NULL,
  value TEXT NOT NULL,
  kind TEXT NOT NULL,
  path TEXT NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (partition, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_holder ON claim (kind, path, id);

-- The events of a run: kept while it runs and for a while after. The generation is another one whenever a stream begins at 1.
CREATE TABLE event_stream (
  thread_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  generation TEXT NOT NULL,
  fence INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  forget_at INTEGER,
  PRIMARY KEY (thread_id, run_id),
  FOREIGN KEY (thread_id, run_id) REFERENCES run (thread_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX event_stream_forget ON event_stream (forget_at) WHERE forget_at IS NOT NULL;

CREATE TABLE event (
  thread_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  event TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (thread_id, run_id, seq),
  FOREIGN KEY (thread_id, run_id) REFERENCES event_stream (thread_id, run_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- The content of files lies beside the database; here is which of them count.
CREATE TABLE blob (
  key TEXT PRIMARY KEY,
  file TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Files that are being written or deleted. What a crash leaves here is removed at the next start.
CREATE TABLE blob_file_in_transit (
  file TEXT PRIMARY KEY,
  process_id INTEGER NOT NULL,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
