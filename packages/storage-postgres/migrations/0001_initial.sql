-- Run with the schema of this storage first in the search path, which the functions then keep.

-- Makes the table of a kind of record. `owner` is the ids of the owners joined by '/', empty for a kind without owners. The body
-- is text, which keeps it byte for byte; jsonb does not, and neither jsonb nor json can be asked about a body that holds \u0000.
-- What people ask for most is a column: the first such keys of an object are its own. Order is by bytes, hence the collation.
CREATE FUNCTION create_kind(kind text, filters text[] DEFAULT '{}', has_status boolean DEFAULT false) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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
    created_at bigint GENERATED ALWAYS AS (substring(body FROM ''"created_at":([0-9]{1,15})'')::bigint) STORED,
    PRIMARY KEY (owner, id)
  )', kind);
  IF has_status THEN
    EXECUTE format('ALTER TABLE %I ADD COLUMN status text
      GENERATED ALWAYS AS (substring(body FROM ''"status":"([a-z_]+)"'')) STORED', kind);
  END IF;
  EXECUTE format('CREATE INDEX ON %I (due_at, id) WHERE due_at IS NOT NULL', kind);
  FOREACH filter IN ARRAY filters LOOP
    EXECUTE format('ALTER TABLE %I ADD COLUMN %I text COLLATE "C"', kind, filter);
    EXECUTE format('CREATE INDEX ON %I (owner, %I, id) WHERE %I IS NOT NULL', kind, filter, filter);
  END LOOP;
END $$;

SELECT create_kind('assistant');
SELECT create_kind('thread');
SELECT create_kind('message', '{run_id}', true);
SELECT create_kind('run', '{}', true);
SELECT create_kind('run_step', '{}', true);
SELECT create_kind('file', '{purpose}', true);
SELECT create_kind('upload', '{}', true);
SELECT create_kind('upload_part');
SELECT create_kind('unowned_blob');
SELECT create_kind('idempotency_key');

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

-- The events of runs. Not logged: after a crash of the database they are gone, and runs go by their records.
CREATE UNLOGGED TABLE event_stream (
  thread_id text COLLATE "C" NOT NULL,
  run_id text COLLATE "C" NOT NULL,
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
CREATE FUNCTION now_ms() RETURNS bigint LANGUAGE sql VOLATILE SET search_path FROM CURRENT AS $$
  SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint
$$;

-- Ends a commit with what did not hold.
CREATE FUNCTION refuse(conflict jsonb) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  RAISE EXCEPTION 'refused' USING ERRCODE = 'OAC01', DETAIL = conflict::text;
END $$;

-- Deletes a record, and with `true` all it owns: owned_kinds maps each kind to the kinds it owns.
CREATE FUNCTION delete_record(kind text, owner_ text, id_ text, owned_kinds jsonb) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  owned text;
  child text;
  below text := CASE WHEN owner_ = '' THEN id_ ELSE owner_ || '/' || id_ END;
BEGIN
  FOR owned IN SELECT jsonb_array_elements_text(owned_kinds -> kind) LOOP
    IF jsonb_array_length(owned_kinds -> owned) > 0 THEN
      FOR child IN EXECUTE format('SELECT id FROM %I WHERE owner = $1', owned) USING below LOOP
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
    DELETE FROM event e WHERE e.thread_id = owner_ AND e.run_id = id_;
    DELETE FROM event_stream s WHERE s.thread_id = owner_ AND s.run_id = id_;
  END IF;
  DELETE FROM claim c WHERE c.kind = delete_record.kind AND c.owner = owner_ AND c.id = id_;
  EXECUTE format('DELETE FROM %I WHERE owner = $1 AND id = $2', kind) USING owner_, id_;
END $$;

-- Appends events to the stream of a run that exists; null when the fence is too old.
CREATE FUNCTION append_events(thread_id_ text, run_id_ text, fence_ bigint, names text[], datas text[], channel text)
RETURNS bigint LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  found event_stream;
  first_seq bigint;
  note text;
BEGIN
  INSERT INTO event_stream AS s (thread_id, run_id, fence, last_seq)
    VALUES (thread_id_, run_id_, fence_, 0) ON CONFLICT DO NOTHING;
  SELECT * INTO found FROM event_stream s WHERE s.thread_id = thread_id_ AND s.run_id = run_id_ FOR UPDATE;
  IF found.forget_at <= now_ms() THEN
    DELETE FROM event e WHERE e.thread_id = thread_id_ AND e.run_id = run_id_;
    found.last_seq := 0;
    found.forget_at := NULL;
    found.fence := 0;
  END IF;
  IF fence_ < found.fence THEN
    RETURN NULL;
  END IF;
  first_seq := found.last_seq + 1;
  UPDATE event_stream s SET fence = fence_, last_seq = found.last_seq + cardinality(names), forget_at = found.forget_at
    WHERE s.thread_id = thread_id_ AND s.run_id = run_id_;
  IF cardinality(names) > 0 THEN
    INSERT INTO event (thread_id, run_id, seq, event, data)
      SELECT thread_id_, run_id_, found.last_seq + o, n, d FROM unnest(names, datas) WITH ORDINALITY u (n, d, o);
    -- Small events travel with the notice, so that listeners need not ask for them.
    note := jsonb_build_object('t', thread_id_, 'r', run_id_, 's', first_seq, 'n', names, 'd', datas)::text;
    IF octet_length(note) > 7900 THEN
      note := jsonb_build_object('t', thread_id_, 'r', run_id_, 's', first_seq)::text;
    END IF;
    PERFORM pg_notify(channel, note);
  END IF;
  RETURN found.last_seq + cardinality(names);
END $$;

-- Appends batches of several streams, each by itself; one number or null for each.
CREATE FUNCTION append_batches(batches jsonb, channel text) RETURNS bigint[] LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  batch jsonb;
  results bigint[] := '{}';
BEGIN
  FOR batch IN SELECT * FROM jsonb_array_elements(batches) LOOP
    PERFORM 1 FROM run r WHERE r.owner = batch ->> 't' AND r.id = batch ->> 'r' FOR KEY SHARE;
    results := results || CASE WHEN FOUND THEN append_events(
      batch ->> 't', batch ->> 'r', (batch ->> 'f')::bigint,
      ARRAY(SELECT jsonb_array_elements_text(batch -> 'n')), ARRAY(SELECT jsonb_array_elements_text(batch -> 'd')), channel
    ) END;
  END LOOP;
  RETURN results;
END $$;

-- Applies a commit, or ends with what does not hold. Texts that json would change travel beside it in arrays: bodies and states
-- by the position of their write, names and datas of the events.
--   locks  {partition} or empty: what is written by one commit at a time
--   checks [{c: exists|version|fence|free, k: kind, o: owner, i: id, n: number, u: value, p: partition}]
--   writes [{w: insert|put|delete, k, o, i, p, f: fence, d: due_at, u: value, x: {filter: value}, ok, oo, oi: the owner's key}]
--   stream {t: thread, r: run, f: fence} or null
CREATE FUNCTION apply_commit(
  locks text[], checks jsonb, writes jsonb, bodies text[], states text[], stream jsonb, names text[], datas text[],
  owned_kinds jsonb, channel text
) RETURNS bigint LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  lock text;
  item jsonb;
  position int := 0;
  stored record;
  found_one int;
  holder text;
  filter_names text;
  filter_values text[];
  last_seq bigint;
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
    EXECUTE format('SELECT version, fence FROM %I WHERE owner = $1 AND id = $2 FOR UPDATE', item ->> 'k')
      INTO stored USING item ->> 'o', item ->> 'i';
    IF stored.version IS NULL THEN
      PERFORM refuse(jsonb_build_object('reason', 'missing', 'check', position - 1));
    ELSIF item ->> 'c' = 'version' AND stored.version <> (item ->> 'n')::bigint THEN
      PERFORM refuse(jsonb_build_object('reason', 'version', 'check', position - 1));
    ELSIF item ->> 'c' = 'fence' AND stored.fence <> (item ->> 'n')::bigint THEN
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
    SELECT coalesce(string_agg(format(', %I', key), '' ORDER BY key), ''), array_agg(value ORDER BY key)
      INTO filter_names, filter_values FROM jsonb_each_text(item -> 'x');
    IF item ->> 'w' = 'insert' THEN
      IF item ? 'ok' THEN
        EXECUTE format('SELECT 1 FROM %I WHERE owner = $1 AND id = $2 FOR KEY SHARE', item ->> 'ok')
          INTO found_one USING item ->> 'oo', item ->> 'oi';
        IF found_one IS NULL THEN
          PERFORM refuse(jsonb_build_object('reason', 'missing', 'owner', position - 1));
        END IF;
      END IF;
      EXECUTE format(
        'INSERT INTO %I (owner, id, body, state, fence, due_at%s) VALUES ($1, $2, $3, $4, $5, $6%s) ON CONFLICT DO NOTHING RETURNING 1',
        item ->> 'k', filter_names,
        (SELECT coalesce(string_agg(format(', $7[%s]', n), '' ORDER BY n), '') FROM generate_series(1, cardinality(filter_values)) n)
      ) INTO found_one USING item ->> 'o', item ->> 'i', bodies[position], states[position],
        coalesce((item ->> 'f')::bigint, 0), (item ->> 'd')::bigint, filter_values;
      IF found_one IS NULL THEN
        PERFORM refuse(jsonb_build_object('reason', 'exists', 'write', position - 1));
      END IF;
    ELSE
      EXECUTE format('SELECT version, fence FROM %I WHERE owner = $1 AND id = $2 FOR UPDATE', item ->> 'k')
        INTO stored USING item ->> 'o', item ->> 'i';
      IF stored.version IS NULL THEN
        PERFORM refuse(jsonb_build_object('reason', 'missing', 'write', position - 1));
      ELSIF (item ->> 'f')::bigint < stored.fence THEN
        PERFORM refuse(jsonb_build_object('reason', 'fence', 'write', position - 1));
      END IF;
      EXECUTE format(
        'UPDATE %I SET body = $3, state = $4, fence = coalesce($5, fence), due_at = $6, version = version + 1%s WHERE owner = $1 AND id = $2',
        item ->> 'k',
        (SELECT coalesce(string_agg(format(', %I = $7[%s]', key, n), '' ORDER BY n), '')
          FROM (SELECT key, row_number() OVER (ORDER BY key) n FROM jsonb_each_text(item -> 'x')) named)
      ) USING item ->> 'o', item ->> 'i', bodies[position], states[position],
        (item ->> 'f')::bigint, (item ->> 'd')::bigint, filter_values;
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
    RETURN NULL;
  END IF;
  PERFORM 1 FROM run r WHERE r.owner = stream ->> 't' AND r.id = stream ->> 'r' FOR KEY SHARE;
  IF NOT FOUND THEN
    PERFORM refuse(jsonb_build_object('reason', 'missing', 'stream', true));
  END IF;
  last_seq := append_events(stream ->> 't', stream ->> 'r', (stream ->> 'f')::bigint, names, datas, channel);
  IF last_seq IS NULL THEN
    PERFORM refuse(jsonb_build_object('reason', 'fence', 'stream', true));
  END IF;
  RETURN last_seq;
END $$;
