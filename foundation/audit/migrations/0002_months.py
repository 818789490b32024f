"""The trail in monthly partitions; a sealing key that moves on; what retention leaves of an old month.

The application still inserts and does nothing else: it has no right on a partition, and an insert goes by the parent. Rows
that are there move over as they are, their hashes with them.
"""

from django.db import migrations

TABLES = """
ALTER TABLE trail.event RENAME TO whole;
CREATE TABLE trail.event (
    id bigint NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor integer DEFAULT NULLIF(current_setting('amparo.actor', true), '')::integer,
    verb text NOT NULL CHECK (verb <> ''),
    dossier uuid,
    subject uuid,
    data jsonb NOT NULL DEFAULT '{}',
    leaf bytea NOT NULL,
    CONSTRAINT event_key PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX event_by_xid ON trail.event (xid, id);
CREATE INDEX event_by_dossier ON trail.event (dossier, at DESC) WHERE dossier IS NOT NULL;
CREATE SEQUENCE trail.event_number OWNED BY trail.event.id;
-- Whatever has no month of its own: an insert never fails for a partition that is missing, nor for a clock that jumps.
CREATE TABLE trail.event_other PARTITION OF trail.event DEFAULT;

-- A seal says which key signs the next one. NULL in the seals of the key that stood still.
ALTER TABLE trail.seal ADD COLUMN next_key bytea CHECK (octet_length(next_key) = 32);
-- Where a chain of keys begins: with the first seal, and when a key was lost or the database came back from a backup.
CREATE TABLE trail.start (
    number bigint NOT NULL,
    at timestamptz NOT NULL,
    previous bytea NOT NULL,
    public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
    reason text NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (number, at)
);
-- What stays of months that were pruned: figures, and the leaves under a seal that reaches into a month that is kept.
CREATE TABLE trail.monthly (
    month date NOT NULL,
    verb text NOT NULL,
    n bigint NOT NULL,
    pruned_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    PRIMARY KEY (month, verb, pruned_at)
);
CREATE TABLE trail.kept_leaf (xid xid8 NOT NULL, id bigint NOT NULL, leaf bytea NOT NULL, PRIMARY KEY (xid, id));
"""

MONTHS = """
-- Make the partition of a month, and take over the rows of that month that wait in the partition without one. What waits
-- is copied, never deleted: no statement that takes a row out of the trail stands in any function but trail.prune.
CREATE FUNCTION trail.make_month(moment timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    begins timestamptz := date_trunc('month', moment, 'UTC');
    ends timestamptz := date_trunc('month', begins + interval '32 days', 'UTC');
    name text := 'event_' || to_char(begins AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    IF EXISTS (SELECT 1 FROM pg_inherits WHERE inhrelid = to_regclass('trail.' || name)
                                           AND inhparent = 'trail.event'::regclass) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE trail.%I (LIKE trail.event INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', name);
    IF EXISTS (SELECT 1 FROM trail.event_other WHERE at >= begins AND at < ends) THEN
        PERFORM trail.take_over(name, begins, ends);
    END IF;
    EXECUTE format('ALTER TABLE trail.event ATTACH PARTITION trail.%I FOR VALUES FROM (%L) TO (%L)', name, begins, ends);
    EXECUTE format('CREATE TRIGGER keep BEFORE TRUNCATE ON trail.%I EXECUTE FUNCTION trail.refuse()', name);
    RETURN true;
END $$;
CREATE FUNCTION trail.take_over(name text, begins timestamptz, ends timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE trail.event, trail.event_other IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('INSERT INTO trail.%I SELECT * FROM trail.event_other WHERE at >= %L AND at < %L', name, begins, ends);
    ALTER TABLE trail.event DETACH PARTITION trail.event_other;
    ALTER TABLE trail.event_other RENAME TO event_moved;
    CREATE TABLE trail.event_other (LIKE trail.event INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES);
    INSERT INTO trail.event_other SELECT * FROM trail.event_moved WHERE at < begins OR at >= ends;
    DROP TABLE trail.event_moved;
    ALTER TABLE trail.event ATTACH PARTITION trail.event_other DEFAULT;
    CREATE TRIGGER keep BEFORE TRUNCATE ON trail.event_other EXECUTE FUNCTION trail.refuse();
END $$;
-- For the sweep: this month and the next ones, at most a year ahead. Waits two seconds for whoever writes, then gives up.
CREATE FUNCTION trail.keep_months(ahead integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    made integer := 0;
BEGIN
    FOR n IN 0 .. least(greatest(ahead, 0), 12) LOOP
        IF trail.make_month(date_trunc('month', clock_timestamp(), 'UTC') + make_interval(months => n)) THEN
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;
"""

MOVE = """
SELECT trail.make_month(month) FROM (
    SELECT DISTINCT date_trunc('month', at, 'UTC') AS month FROM trail.whole ORDER BY 1) AS m;
SELECT trail.make_month(date_trunc('month', clock_timestamp(), 'UTC') + make_interval(months => n))
  FROM generate_series(0, 3) AS n;
INSERT INTO trail.event SELECT id, xid, at, actor, verb, dossier, subject, data, leaf FROM trail.whole;
SELECT setval('trail.event_number', coalesce((SELECT max(id) FROM trail.event), 0) + 1, false);
DROP FUNCTION trail.unsealed(), trail.last_seal();
DROP TABLE trail.whole CASCADE;
"""

GUARDS = """
-- One text per event, the same for the trigger and for whoever verifies: a JSON array in fixed order.
CREATE FUNCTION trail.canonical(e trail.event) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(e.id, e.xid::text, extract(epoch FROM e.at)::text, e.actor, e.verb, e.dossier, e.subject,
                             e.data)::text
$$;
-- Number and hash are given here, by the owner's right: the application needs none on the sequence.
CREATE OR REPLACE FUNCTION trail.leaf() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.id = nextval('trail.event_number');
    NEW.leaf = sha256(convert_to(jsonb_build_array(NEW.id, NEW.xid::text, extract(epoch FROM NEW.at)::text, NEW.actor,
                                                   NEW.verb, NEW.dossier, NEW.subject, NEW.data)::text, 'UTF8'));
    RETURN NEW;
END $$;
CREATE TRIGGER leaf BEFORE INSERT ON trail.event FOR EACH ROW EXECUTE FUNCTION trail.leaf();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON trail.event FOR EACH ROW EXECUTE FUNCTION trail.refuse();
CREATE TRIGGER keep BEFORE TRUNCATE ON trail.event EXECUTE FUNCTION trail.refuse();
CREATE TRIGGER keep BEFORE TRUNCATE ON trail.event_other EXECUTE FUNCTION trail.refuse();
-- The application inserts seals and beginnings; whatever it inserts can only come next, never among what is there.
CREATE FUNCTION trail.comes_next() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.number <> coalesce((SELECT s.number FROM trail.seal s ORDER BY s.number DESC LIMIT 1), 0) + 1 THEN
        RAISE EXCEPTION 'seal % does not come next', NEW.number;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER comes_next BEFORE INSERT ON trail.seal FOR EACH ROW EXECUTE FUNCTION trail.comes_next();
CREATE TRIGGER comes_next BEFORE INSERT ON trail.start FOR EACH ROW EXECUTE FUNCTION trail.comes_next();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON trail.start FOR EACH ROW EXECUTE FUNCTION trail.refuse();
CREATE TRIGGER keep BEFORE TRUNCATE ON trail.start EXECUTE FUNCTION trail.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON trail.monthly FOR EACH ROW EXECUTE FUNCTION trail.refuse();
CREATE TRIGGER keep BEFORE TRUNCATE ON trail.monthly EXECUTE FUNCTION trail.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON trail.kept_leaf FOR EACH ROW EXECUTE FUNCTION trail.refuse();
CREATE TRIGGER keep BEFORE TRUNCATE ON trail.kept_leaf EXECUTE FUNCTION trail.refuse();
"""

FUNCTIONS = """
-- What the sealer may know: the leaves of finished transactions since the last seal, that seal, and where its keys began.
CREATE FUNCTION trail.unsealed() RETURNS TABLE (horizon xid8, xid xid8, id bigint, leaf bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH snapshot AS (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon),
         last AS (SELECT coalesce((SELECT s.to_xid FROM trail.seal s ORDER BY s.number DESC LIMIT 1), '0'::xid8) AS done)
    SELECT snapshot.horizon, e.xid, e.id, e.leaf
      FROM snapshot, last, trail.event e
     WHERE e.xid >= last.done AND e.xid < snapshot.horizon
     ORDER BY e.xid, e.id
$$;
CREATE FUNCTION trail.last_seal() RETURNS TABLE (number bigint, to_xid xid8, hash bytea, next_key bytea, at timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.number, s.to_xid, s.hash, s.next_key, s.at FROM trail.seal s ORDER BY s.number DESC LIMIT 1
$$;
-- For the owner alone: take the months before a date out of the trail (domain.md §4.3). What stays: figures per month and
-- verb, every seal, and the leaves under a seal that reaches into a month that is kept, so that it can still be recomputed.
CREATE FUNCTION trail.months_before(until timestamptz) RETURNS oid[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(c.oid ORDER BY c.relname), '{}') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'trail.event'::regclass AND c.relname ~ '^event_[0-9]{4}_[0-9]{2}$'
       AND c.relname < 'event_' || to_char(until AT TIME ZONE 'UTC', 'YYYY_MM')
$$;
CREATE FUNCTION trail.before(until timestamptz) RETURNS TABLE (n_months integer, n_events bigint, last_seal bigint)
LANGUAGE sql STABLE AS $$
    WITH old AS (SELECT trail.months_before(until) AS tables),
         found AS (SELECT count(*) AS n, max(e.xid) AS newest FROM trail.event e, old WHERE e.tableoid = ANY (old.tables))
    SELECT cardinality(old.tables), found.n, (SELECT max(s.number) FROM trail.seal s WHERE s.from_xid <= found.newest)
      FROM old, found
$$;
CREATE FUNCTION trail.prune(until timestamptz) RETURNS void LANGUAGE plpgsql SET lock_timeout = '10s' AS $$
DECLARE
    gone oid[];
    one oid;
    oldest_kept xid8;
    newest_gone xid8;
BEGIN
    LOCK TABLE trail.event IN ACCESS EXCLUSIVE MODE;
    gone := trail.months_before(until);
    SELECT min(e.xid) INTO oldest_kept FROM trail.event e WHERE NOT e.tableoid = ANY (gone);
    SELECT max(e.xid) INTO newest_gone FROM trail.event e WHERE e.tableoid = ANY (gone);
    IF newest_gone >= (SELECT s.to_xid FROM trail.seal s ORDER BY s.number DESC LIMIT 1)
       OR (newest_gone IS NOT NULL AND NOT EXISTS (SELECT 1 FROM trail.seal)) THEN
        RAISE EXCEPTION 'events of these months are not sealed yet';
    END IF;
    INSERT INTO trail.kept_leaf
    SELECT e.xid, e.id, e.leaf FROM trail.seal s
      JOIN trail.event e ON e.xid >= s.from_xid AND e.xid < s.to_xid AND e.tableoid = ANY (gone)
     WHERE s.from_xid <= newest_gone AND s.to_xid > least(oldest_kept, (SELECT min(k.xid) FROM trail.kept_leaf k))
       AND (EXISTS (SELECT 1 FROM trail.event k
                     WHERE k.xid >= s.from_xid AND k.xid < s.to_xid AND NOT k.tableoid = ANY (gone))
         OR EXISTS (SELECT 1 FROM trail.kept_leaf k WHERE k.xid >= s.from_xid AND k.xid < s.to_xid));
    INSERT INTO trail.monthly (month, verb, n)
    SELECT (date_trunc('month', e.at, 'UTC') AT TIME ZONE 'UTC')::date, e.verb, count(*)
      FROM trail.event e WHERE e.tableoid = ANY (gone) GROUP BY 1, 2;
    FOREACH one IN ARRAY gone LOOP
        EXECUTE format('ALTER TABLE trail.event DETACH PARTITION %s', one::regclass);
        EXECUTE format('DROP TABLE %s', one::regclass);
    END LOOP;
END $$;
CREATE FUNCTION trail.last_start() RETURNS TABLE (number bigint, previous bytea, public_key bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.number, s.previous, s.public_key FROM trail.start s ORDER BY s.number DESC, s.at DESC LIMIT 1
$$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA trail FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trail.unsealed(), trail.last_seal(), trail.last_start(), trail.keep_months(integer) TO amparo_app;
GRANT INSERT (verb, dossier, subject, data) ON trail.event TO amparo_app;
GRANT INSERT ON trail.start TO amparo_app;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_trail")]
    # Not to be taken back: the seals that follow rest on what is made here.
    operations = [migrations.RunSQL(TABLES + MONTHS + MOVE + GUARDS + FUNCTIONS)]
