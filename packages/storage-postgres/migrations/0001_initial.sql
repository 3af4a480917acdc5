-- Run with the schema of this storage first in the search path, which the functions that clients call then keep, or spell out.

-- What is known of the kinds of records: who owns them, whether commits to them are one after another, by thread or upload, or
-- lock record by record, what is asked for by filter, and whether they have a status.
CREATE TABLE record_kind (
  name text PRIMARY KEY,
  parent text REFERENCES record_kind,
  is_partitioned boolean NOT NULL,
  filters text[] NOT NULL,
  has_status boolean NOT NULL
);

-- Makes the table of a kind of record. `owner` is the ids of the owners joined by '/', empty for a kind without owners. The body
-- is text, which keeps it byte for byte; jsonb does not, and neither jsonb nor json can be asked about a body that holds \u0000.
-- What people ask for most is a column beside it. Order is by bytes, hence the collation.
CREATE FUNCTION create_kind(
  kind text, parent text, is_partitioned boolean, filters text[] DEFAULT '{}', has_status boolean DEFAULT false
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  filter text;
BEGIN
  EXECUTE format('CREATE TABLE %I (
    owner text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    body text NOT NULL,
    state text,
    version bigint NOT NULL DEFAULT 1,
    fence bigint NOT NULL,
    due_at bigint,
    created_at bigint,
    PRIMARY KEY (owner, id)
  )', kind);
  IF has_status THEN
    EXECUTE format('ALTER TABLE %I ADD COLUMN status text', kind);
  END IF;
  EXECUTE format('CREATE INDEX ON %I (due_at, id) WHERE due_at IS NOT NULL', kind);
  FOREACH filter IN ARRAY filters LOOP
    EXECUTE format('ALTER TABLE %I ADD COLUMN %I text COLLATE "C"', kind, filter);
    EXECUTE format('CREATE INDEX ON %I (owner, %I, id) WHERE %I IS NOT NULL', kind, filter, filter);
  END LOOP;
  INSERT INTO record_kind VALUES (kind, parent, is_partitioned, filters, has_status);
END $$;

-- Makes the functions that find, insert and update a record of any kind. They spell out each kind's statement, with its schema,
-- because what a function holds is planned once for each connection, what it puts together every time. To be called after the
-- last kind. `columns_` is {created_at, status, filter: value}; those that a kind does not have are left out.
CREATE FUNCTION create_record_functions() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  selects text;
  inserts text;
  updates text;
  parameters text :=
    'kind text, owner_ text, id_ text, body_ text, state_ text, fence_ bigint, due_at_ bigint, columns_ jsonb';
BEGIN
  WITH statement AS (
    SELECT
      name,
      format('%I.%I', current_schema(), name) AS target,
      CASE WHEN is_partitioned THEN '' ELSE 'FOR UPDATE' END AS lock,
      CASE WHEN has_status THEN filters || ARRAY['status'] ELSE filters END AS texts
    FROM record_kind
  )
  SELECT
    string_agg(format(
      'WHEN %L THEN SELECT version, fence INTO version_, fence_ FROM %s WHERE owner = owner_ AND id = id_ %s;',
      name, target, lock), E'\n'),
    string_agg(format(
      'WHEN %L THEN INSERT INTO %s (owner, id, body, state, fence, due_at, created_at%s)
         VALUES (owner_, id_, body_, state_, fence_, due_at_, (columns_ ->> ''created_at'')::bigint%s)
         ON CONFLICT DO NOTHING;',
      name, target,
      (SELECT string_agg(format(', %I', name), '') FROM unnest(texts) name),
      (SELECT string_agg(format(', columns_ ->> %L', name), '') FROM unnest(texts) name)), E'\n'),
    string_agg(format(
      'WHEN %L THEN UPDATE %s SET body = body_, state = state_, fence = coalesce(fence_, fence), due_at = due_at_,
         version = version + 1, created_at = (columns_ ->> ''created_at'')::bigint%s WHERE owner = owner_ AND id = id_;',
      name, target, (SELECT string_agg(format(', %1$I = columns_ ->> %1$L', name), '') FROM unnest(texts) name)), E'\n')
    INTO selects, inserts, updates FROM statement;
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION find_record(kind text, owner_ text, id_ text, OUT version_ bigint, OUT fence_ bigint)
     LANGUAGE plpgsql AS $f$ BEGIN CASE kind %s END CASE; END $f$', selects);
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION insert_record(%s) RETURNS boolean
     LANGUAGE plpgsql AS $f$ BEGIN CASE kind %s END CASE; RETURN FOUND; END $f$', parameters, inserts);
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION update_record(%s) RETURNS void
     LANGUAGE plpgsql AS $f$ BEGIN CASE kind %s END CASE; END $f$', parameters, updates);
END $$;

-- Makes a kind's function for a commit that is no more than one insert, and finds values free: the most frequent one. It answers
-- what does not hold, or nothing. Besides created_at it takes the status and the filters that the kind has.
CREATE FUNCTION create_insert_function(kind record_kind) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  columns text[] := CASE WHEN kind.has_status THEN ARRAY['status'] ELSE '{}' END || kind.filters;
  partition text := CASE WHEN kind.parent IS NULL THEN 'id_' ELSE 'split_part(owner_, ''/'', 1)' END;
  has_grandparent boolean := (SELECT parent IS NOT NULL FROM record_kind WHERE name = kind.parent);
  -- As the driver names it.
  lock_prefix text := '"' || replace(current_schema(), '"', '""') || '"/';
BEGIN
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION %I(
       owner_ text, id_ text, body_ text, state_ text, fence_ bigint, due_at_ bigint, free_ text[], created_at_ bigint%s
     ) RETURNS jsonb LANGUAGE plpgsql AS $f$
     DECLARE
       held record;
     BEGIN
       %s
       %s
       INSERT INTO %I.%I (owner, id, body, state, fence, due_at, created_at%s)
         VALUES (owner_, id_, body_, state_, fence_, due_at_, created_at_%s) ON CONFLICT DO NOTHING;
       IF NOT FOUND THEN
         RETURN jsonb_build_object(''reason'', ''exists'', ''write'', 0);
       END IF;
       RETURN NULL;
     END $f$',
    'insert_' || kind.name,
    (SELECT string_agg(format(', %I text', name || '_'), '') FROM unnest(columns) name),
    CASE WHEN kind.is_partitioned THEN format(
      'PERFORM pg_advisory_xact_lock(hashtextextended(%L || %s, 0));
       IF free_ IS NOT NULL THEN
         SELECT value, id INTO held FROM %I.claim WHERE partition = %2$s AND value = ANY (free_) LIMIT 1;
         IF FOUND THEN
           RETURN jsonb_build_object(''reason'', ''taken'', ''unique'', held.value, ''holder'', held.id);
         END IF;
       END IF;', lock_prefix, partition, current_schema()) END,
    CASE WHEN kind.parent IS NOT NULL THEN format(
      'PERFORM 1 FROM %I.%I WHERE owner = %s AND id = %s;
       IF NOT FOUND THEN
         RETURN jsonb_build_object(''reason'', ''missing'', ''owner'', 0);
       END IF;',
      current_schema(), kind.parent,
      CASE WHEN has_grandparent THEN 'substring(owner_ FROM ''^(.*)/'')' ELSE '''''' END,
      CASE WHEN has_grandparent THEN 'substring(owner_ FROM ''[^/]*$'')' ELSE 'owner_' END) END,
    current_schema(), kind.name,
    (SELECT string_agg(format(', %I', name), '') FROM unnest(columns) name),
    (SELECT string_agg(format(', %I', name || '_'), '') FROM unnest(columns) name)
  );
END $$;

SELECT create_kind('assistant', NULL, false);
SELECT create_kind('thread', NULL, true);
SELECT create_kind('message', 'thread', true, '{run_id}', true);
SELECT create_kind('run', 'thread', true, '{}', true);
SELECT create_kind('run_step', 'run', true, '{}', true);
SELECT create_kind('file', NULL, false, '{purpose}', true);
SELECT create_kind('upload', NULL, true, '{}', true);
SELECT create_kind('upload_part', 'upload', true);
SELECT create_kind('unowned_blob', NULL, true);
SELECT create_kind('idempotency_key', NULL, true);
SELECT create_record_functions();
SELECT create_insert_function(kind) FROM record_kind kind;

-- Who holds a unique value: at most one record of a partition, whatever its kind.
CREATE TABLE claim (
  partition text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  owner text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  PRIMARY KEY (partition, value)
);
CREATE INDEX ON claim (kind, owner, id);

-- The events of runs. Not logged: after a crash of the database they are gone, and runs go by their records. The generation is
-- another one whenever a stream begins at 1.
CREATE UNLOGGED TABLE event_stream (
  thread_id text COLLATE "C" NOT NULL,
  run_id text COLLATE "C" NOT NULL,
  generation uuid NOT NULL DEFAULT gen_random_uuid(),
  fence bigint NOT NULL,
  last_seq bigint NOT NULL,
  forget_at bigint,
  PRIMARY KEY (thread_id, run_id)
);
CREATE INDEX ON event_stream (forget_at) WHERE forget_at IS NOT NULL;

CREATE UNLOGGED TABLE event (
  thread_id text COLLATE "C" NOT NULL,
  run_id text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  event text NOT NULL,
  data text NOT NULL,
  PRIMARY KEY (thread_id, run_id, seq)
);

-- Blobs in chunks of 256 kB. A blob is there once its row is; an upload is noted until then, so that what a crash leaves of it
-- can be removed.
CREATE TABLE blob (
  key text COLLATE "C" PRIMARY KEY,
  upload_id bigint NOT NULL,
  bytes bigint NOT NULL,
  sha256 text NOT NULL
);
CREATE TABLE blob_upload (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  active_at bigint NOT NULL
);
CREATE TABLE blob_chunk (
  upload_id bigint NOT NULL,
  position int NOT NULL,
  data bytea NOT NULL,
  PRIMARY KEY (upload_id, position)
);
ALTER TABLE blob_chunk ALTER COLUMN data SET STORAGE EXTERNAL;

-- Milliseconds since 1970 by this server's clock.
CREATE FUNCTION now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint
$$;

-- Ends a commit with what did not hold.
CREATE FUNCTION refuse(conflict jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'refused' USING ERRCODE = 'OAC01', DETAIL = conflict::text;
END $$;

-- Deletes a record, and with `true` all it owns: owned_kinds maps each kind to the kinds it owns.
CREATE FUNCTION delete_record(kind text, owner_ text, id_ text, owned_kinds jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  owned text;
  child text;
  below text := CASE WHEN owner_ = '' THEN id_ ELSE owner_ || '/' || id_ END;
BEGIN
  FOR owned IN SELECT jsonb_array_elements_text(owned_kinds -> kind) LOOP
    IF jsonb_array_length(owned_kinds -> owned) > 0 THEN
      -- In the order in which events are appended, and streams before their events, as they are forgotten: so nobody waits for
      -- each other.
      FOR child IN EXECUTE format('SELECT id FROM %I WHERE owner = $1 ORDER BY id', owned) USING below LOOP
        PERFORM delete_record(owned, below, child, owned_kinds);
      END LOOP;
    ELSE
      DELETE FROM claim c WHERE c.kind = owned AND c.owner = below;
      EXECUTE format('DELETE FROM %I WHERE owner = $1', owned) USING below;
    END IF;
  END LOOP;
  IF kind = 'run' THEN
    -- Before its events, as whoever appends does.
    PERFORM 1 FROM run r WHERE r.owner = owner_ AND r.id = id_ FOR UPDATE;
    DELETE FROM event_stream s WHERE s.thread_id = owner_ AND s.run_id = id_;
    DELETE FROM event e WHERE e.thread_id = owner_ AND e.run_id = id_;
  END IF;
  DELETE FROM claim c WHERE c.kind = delete_record.kind AND c.owner = owner_ AND c.id = id_;
  EXECUTE format('DELETE FROM %I WHERE owner = $1 AND id = $2', kind) USING owner_, id_;
END $$;

-- Appends events to the stream of a run that exists; how far that has come, nulls when the fence is too old.
CREATE FUNCTION append_events(
  thread_id_ text, run_id_ text, fence_ bigint, names text[], datas text[], channel text,
  OUT last_seq_ bigint, OUT generation_ uuid
) LANGUAGE plpgsql AS $$
DECLARE
  head event_stream;
  first_seq bigint;
  note text;
BEGIN
  LOOP
    INSERT INTO event_stream AS s (thread_id, run_id, fence, last_seq)
      VALUES (thread_id_, run_id_, fence_, 0) ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM event_stream s WHERE s.thread_id = thread_id_ AND s.run_id = run_id_ FOR UPDATE;
    -- Not head: it was forgotten and removed just now.
    EXIT WHEN FOUND;
  END LOOP;
  IF head.forget_at <= now_ms() THEN
    DELETE FROM event e WHERE e.thread_id = thread_id_ AND e.run_id = run_id_;
    head.generation := gen_random_uuid();
    head.last_seq := 0;
    head.forget_at := NULL;
    head.fence := 0;
  END IF;
  IF fence_ < head.fence THEN
    RETURN;
  END IF;
  generation_ := head.generation;
  first_seq := head.last_seq + 1;
  last_seq_ := head.last_seq + cardinality(names);
  UPDATE event_stream s
    SET generation = generation_, fence = fence_, last_seq = last_seq_, forget_at = head.forget_at
    WHERE s.thread_id = thread_id_ AND s.run_id = run_id_;
  IF cardinality(names) > 0 THEN
    INSERT INTO event (thread_id, run_id, seq, event, data)
      SELECT thread_id_, run_id_, head.last_seq + o, n, d FROM unnest(names, datas) WITH ORDINALITY u (n, d, o);
    -- Small events travel with the notice, so that listeners need not ask for them.
    note := jsonb_build_object(
      't', thread_id_, 'r', run_id_, 'g', generation_, 's', first_seq, 'n', names, 'd', datas
    )::text;
    IF octet_length(note) > 7900 THEN
      note := jsonb_build_object('t', thread_id_, 'r', run_id_, 'g', generation_, 's', first_seq)::text;
    END IF;
    PERFORM pg_notify(channel, note);
  END IF;
END $$;

-- Appends batches of several streams, each by itself; for each how far its stream has come, or nulls.
CREATE FUNCTION append_batches(batches jsonb, channel text) RETURNS TABLE (last_seq bigint, generation uuid)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  batch jsonb;
BEGIN
  FOR batch IN SELECT * FROM jsonb_array_elements(batches) LOOP
    last_seq := NULL;
    PERFORM 1 FROM run r WHERE r.owner = batch ->> 't' AND r.id = batch ->> 'r' FOR KEY SHARE;
    IF FOUND THEN
      SELECT a.last_seq_, a.generation_ INTO last_seq, generation FROM append_events(
        batch ->> 't', batch ->> 'r', (batch ->> 'f')::bigint,
        ARRAY(SELECT jsonb_array_elements_text(batch -> 'n')), ARRAY(SELECT jsonb_array_elements_text(batch -> 'd')), channel
      ) a;
    END IF;
    RETURN NEXT;
  END LOOP;
END $$;

-- Applies a commit, or ends with what does not hold. Texts that json would change travel beside it in arrays: bodies and states
-- by the position of their write, names and datas of the events.
--   locks  {partition} or empty: what is written by one commit at a time
--   checks [{c: exists|version|fence|free, k: kind, o: owner, i: id, n: number, u: value, p: partition}]
--   writes [{w: insert|put|delete, k, o, i, p, f: fence, d: due_at, u: value, x: columns, ok, oo, oi: the owner's key}]
--   stream {t: thread, r: run, f: fence} or null
CREATE FUNCTION apply_commit(
  locks text[], checks jsonb, writes jsonb, bodies text[], states text[], stream jsonb, names text[], datas text[],
  owned_kinds jsonb, channel text, OUT last_seq bigint, OUT generation uuid
) LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  lock text;
  item jsonb;
  position int := 0;
  stored record;
  owner record;
  holder text;
BEGIN
  FOREACH lock IN ARRAY locks LOOP
    PERFORM pg_advisory_xact_lock(hashtextextended(lock, 0));
  END LOOP;

  FOR item IN SELECT * FROM jsonb_array_elements(checks) LOOP
    position := position + 1;
    IF item ->> 'c' = 'free' THEN
      SELECT c.id INTO holder FROM claim c WHERE c.partition = item ->> 'p' AND c.value = item ->> 'u';
      IF FOUND THEN
        PERFORM refuse(jsonb_build_object('reason', 'taken', 'unique', item ->> 'u', 'holder', holder));
      END IF;
      CONTINUE;
    END IF;
    stored := find_record(item ->> 'k', item ->> 'o', item ->> 'i');
    IF stored.version_ IS NULL THEN
      PERFORM refuse(jsonb_build_object('reason', 'missing', 'check', position - 1));
    ELSIF item ->> 'c' = 'version' AND stored.version_ <> (item ->> 'n')::bigint THEN
      PERFORM refuse(jsonb_build_object('reason', 'version', 'check', position - 1));
    ELSIF item ->> 'c' = 'fence' AND stored.fence_ <> (item ->> 'n')::bigint THEN
      PERFORM refuse(jsonb_build_object('reason', 'fence', 'check', position - 1));
    END IF;
  END LOOP;

  position := 0;
  FOR item IN SELECT * FROM jsonb_array_elements(writes) LOOP
    position := position + 1;
    IF item ->> 'w' = 'delete' THEN
      PERFORM delete_record(item ->> 'k', item ->> 'o', item ->> 'i', owned_kinds);
      CONTINUE;
    END IF;
    IF item ->> 'w' = 'insert' THEN
      IF item ? 'ok' THEN
        owner := find_record(item ->> 'ok', item ->> 'oo', item ->> 'oi');
        IF owner.version_ IS NULL THEN
          PERFORM refuse(jsonb_build_object('reason', 'missing', 'owner', position - 1));
        END IF;
      END IF;
      IF NOT insert_record(item ->> 'k', item ->> 'o', item ->> 'i', bodies[position], states[position],
          coalesce((item ->> 'f')::bigint, 0), (item ->> 'd')::bigint, item -> 'x') THEN
        PERFORM refuse(jsonb_build_object('reason', 'exists', 'write', position - 1));
      END IF;
    ELSE
      stored := find_record(item ->> 'k', item ->> 'o', item ->> 'i');
      IF stored.version_ IS NULL THEN
        PERFORM refuse(jsonb_build_object('reason', 'missing', 'write', position - 1));
      ELSIF (item ->> 'f')::bigint < stored.fence_ THEN
        PERFORM refuse(jsonb_build_object('reason', 'fence', 'write', position - 1));
      END IF;
      PERFORM update_record(item ->> 'k', item ->> 'o', item ->> 'i', bodies[position], states[position],
        (item ->> 'f')::bigint, (item ->> 'd')::bigint, item -> 'x');
      DELETE FROM claim c WHERE c.kind = item ->> 'k' AND c.owner = item ->> 'o' AND c.id = item ->> 'i';
    END IF;
    IF item ? 'u' THEN
      INSERT INTO claim (partition, value, kind, owner, id)
        VALUES (item ->> 'p', item ->> 'u', item ->> 'k', item ->> 'o', item ->> 'i') ON CONFLICT DO NOTHING;
      IF NOT FOUND THEN
        SELECT c.id INTO holder FROM claim c WHERE c.partition = item ->> 'p' AND c.value = item ->> 'u';
        PERFORM refuse(jsonb_build_object('reason', 'taken', 'unique', item ->> 'u', 'holder', holder));
      END IF;
    END IF;
  END LOOP;

  IF stream IS NULL THEN
    RETURN;
  END IF;
  PERFORM 1 FROM run r WHERE r.owner = stream ->> 't' AND r.id = stream ->> 'r' FOR KEY SHARE;
  IF NOT FOUND THEN
    PERFORM refuse(jsonb_build_object('reason', 'missing', 'stream', true));
  END IF;
  SELECT a.last_seq_, a.generation_ INTO last_seq, generation
    FROM append_events(stream ->> 't', stream ->> 'r', (stream ->> 'f')::bigint, names, datas, channel) a;
  IF last_seq IS NULL THEN
    PERFORM refuse(jsonb_build_object('reason', 'fence', 'stream', true));
  END IF;
END $$;
