"""The trail lives in a schema of its own, without default privileges: the application may insert, and nothing else."""

from django.db import migrations

CREATE = """
CREATE SCHEMA trail;
REVOKE ALL ON SCHEMA trail FROM PUBLIC;
GRANT USAGE ON SCHEMA trail TO amparo_app;

CREATE TABLE trail.event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor integer DEFAULT NULLIF(current_setting('amparo.actor', true), '')::integer,
    verb text NOT NULL CHECK (verb <> ''),
    dossier uuid,
    subject uuid,
    data jsonb NOT NULL DEFAULT '{}',
    leaf bytea NOT NULL
);
CREATE INDEX event_xid ON trail.event (xid, id);
CREATE INDEX event_dossier ON trail.event (dossier, id) WHERE dossier IS NOT NULL;

CREATE TABLE trail.seal (
    number bigint PRIMARY KEY,
    from_xid xid8 NOT NULL,
    to_xid xid8 NOT NULL,
    n_events bigint NOT NULL,
    root bytea NOT NULL,
    previous bytea NOT NULL,
    at timestamptz NOT NULL,
    key_version integer NOT NULL,
    hash bytea NOT NULL,
    signature bytea NOT NULL
);

-- One text per event, the same for the trigger and for whoever verifies: a JSON array in fixed order.
CREATE FUNCTION trail.canonical(e trail.event) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(e.id, e.xid::text, extract(epoch FROM e.at)::text, e.actor, e.verb, e.dossier, e.subject,
                             e.data)::text
$$;
CREATE FUNCTION trail.leaf() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.leaf = sha256(convert_to(trail.canonical(NEW), 'UTF8'));
    RETURN NEW;
END $$;
CREATE TRIGGER leaf BEFORE INSERT ON trail.event FOR EACH ROW EXECUTE FUNCTION trail.leaf();

CREATE FUNCTION trail.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the trail is append-only';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON trail.event FOR EACH ROW EXECUTE FUNCTION trail.refuse();
CREATE TRIGGER keep BEFORE TRUNCATE ON trail.event EXECUTE FUNCTION trail.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON trail.seal FOR EACH ROW EXECUTE FUNCTION trail.refuse();
CREATE TRIGGER keep BEFORE TRUNCATE ON trail.seal EXECUTE FUNCTION trail.refuse();

-- What the sealer may know: the leaves of finished transactions since the last seal, and that seal.
CREATE FUNCTION trail.unsealed() RETURNS TABLE (horizon xid8, xid xid8, id bigint, leaf bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    WITH snapshot AS (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon),
         last AS (SELECT coalesce((SELECT s.to_xid FROM trail.seal s ORDER BY s.number DESC LIMIT 1), '0'::xid8) AS done)
    SELECT snapshot.horizon, e.xid, e.id, e.leaf
      FROM snapshot, last, trail.event e
     WHERE e.xid >= last.done AND e.xid < snapshot.horizon
     ORDER BY e.xid, e.id
$$;
CREATE FUNCTION trail.last_seal() RETURNS TABLE (number bigint, to_xid xid8, hash bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT s.number, s.to_xid, s.hash FROM trail.seal s ORDER BY s.number DESC LIMIT 1
$$;
REVOKE ALL ON FUNCTION trail.unsealed(), trail.last_seal() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trail.unsealed(), trail.last_seal(), trail.canonical(trail.event) TO amparo_app;
GRANT INSERT (verb, dossier, subject, data) ON trail.event TO amparo_app;
GRANT INSERT ON trail.seal TO amparo_app;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(CREATE, "DROP SCHEMA trail CASCADE")]
