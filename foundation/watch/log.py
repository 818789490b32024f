"""Who touched which folder when: a short log that the database keeps beside the trail. For use in migrations.

A trigger on ``trail.event`` writes it in the transaction that releases the data, so that no page, API, export or task can
read without being counted. It lives in a schema of its own: the application reads it through the functions here only.
``today`` answers for the actor of the transaction, the others for the clerk, who sweeps.

Kinds: ``r`` a folder was read, ``w`` written to, ``s`` names were shown by a search (``n`` of them), ``e`` the person
said why (coded) they open so many. Every event that names a folder counts, unless it is book-keeping (sharing, clocks), the
author's own draft, or the status page of a follower: a verb that is not known yet is counted, never left out.
"""

TABLE = """
CREATE SCHEMA watch;
REVOKE ALL ON SCHEMA watch FROM PUBLIC;
GRANT USAGE ON SCHEMA watch TO amparo_app;
CREATE TABLE watch.touch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor integer NOT NULL,
    dossier uuid,
    kind "char" NOT NULL,
    n integer NOT NULL DEFAULT 0,
    why text NOT NULL DEFAULT '',
    swept boolean NOT NULL DEFAULT false
);
CREATE INDEX touches_of_person ON watch.touch (actor, at);
CREATE INDEX touches_to_sweep ON watch.touch (id) WHERE NOT swept;
"""

KIND = r"""
CREATE FUNCTION watch.kind(verb text, dossier uuid, data jsonb) RETURNS "char" LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN verb = 'reading.explained' THEN 'e'
        WHEN verb LIKE '%.searched' THEN 's'
        WHEN dossier IS NULL OR verb ~ '^(dossier|clock|breakglass)\.' THEN NULL
        WHEN verb ~ '^concern\.(started|described|limits_explained|submitted|discarded)$' THEN NULL
        WHEN verb = 'concern.read' AND data->>'whole' = 'false' THEN NULL
        WHEN verb = 'case.opened' THEN 'w'
        WHEN verb ~ '\.(\w+_)?(read|viewed|opened|shown|listed|printed|exported|downloaded)$' THEN 'r'
        ELSE 'w'
    END::"char"
$$;
CREATE FUNCTION watch.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    what "char" = watch.kind(NEW.verb, NEW.dossier, NEW.data);
BEGIN
    IF what IS NOT NULL THEN
        INSERT INTO watch.touch (at, actor, dossier, kind, n, why)
        VALUES (NEW.at, NEW.actor, NEW.dossier, what, coalesce((NEW.data->>'shown')::integer, 0),
                CASE what WHEN 'e' THEN coalesce(NEW.data->>'why', '') ELSE '' END);
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION watch.kind(text, uuid, jsonb), watch.note() FROM PUBLIC;
"""

TRIGGER = """
CREATE TRIGGER watched AFTER INSERT ON trail.event FOR EACH ROW
    WHEN (NEW.actor IS NOT NULL AND (NEW.dossier IS NOT NULL OR NEW.verb ~ '\\.(searched|explained)$'))
    EXECUTE FUNCTION watch.note();
"""

# Today as the clock of the person's unit shows it; by the database's clock, which no other machine can jump away from.
TODAY = """
CREATE FUNCTION watch.today(zone text, folder uuid) RETURNS TABLE (n bigint, is_known boolean, since bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH mine AS (SELECT t.at, t.dossier, t.kind FROM watch.touch t
                   WHERE t.actor = public.amparo_actor() AND t.at >= date_trunc('day', clock_timestamp(), zone)),
         told AS (SELECT max(at) AS at FROM mine WHERE kind = 'e'),
         met AS (SELECT dossier, min(at) AS at FROM mine WHERE kind IN ('r', 'w') GROUP BY dossier)
    SELECT count(met.dossier), coalesce(bool_or(met.dossier = folder), false),
           CASE WHEN told.at IS NOT NULL THEN count(met.dossier) FILTER (WHERE met.at > told.at) END
      FROM told LEFT JOIN met ON true GROUP BY told.at
$$;
REVOKE ALL ON FUNCTION watch.today(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION watch.today(text, uuid) TO amparo_app;
"""

# For the clerk's sweep. pg_temp stands last: a temporary table must not pass for one of ours.
SWEEPING = """
CREATE FUNCTION watch.take(most integer)
RETURNS TABLE (at timestamptz, actor integer, dossier uuid, kind text, n integer, why text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE watch.touch t SET swept = true
     WHERE amparo_is_clerk() AND t.id IN (
        SELECT id FROM watch.touch WHERE NOT swept ORDER BY id LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING t.at, t.actor, t.dossier, t.kind::text, t.n, t.why
$$;
CREATE FUNCTION watch.between(person integer, since timestamptz, until timestamptz)
RETURNS TABLE (at timestamptz, actor integer, dossier uuid, kind text, n integer, why text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT t.at, t.actor, t.dossier, t.kind::text, t.n, t.why FROM watch.touch t
     WHERE t.actor = person AND t.at >= since AND t.at < until AND amparo_is_clerk() ORDER BY t.at, t.id
$$;
CREATE FUNCTION watch.forget(before timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH gone AS (DELETE FROM watch.touch t
                   WHERE t.at < least(before, clock_timestamp() - interval '3 days') AND t.swept AND amparo_is_clerk()
                  RETURNING 1)
    SELECT count(*) FROM gone
$$;
REVOKE ALL ON FUNCTION watch.take(integer), watch.between(integer, timestamptz, timestamptz), watch.forget(timestamptz)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION watch.take(integer), watch.between(integer, timestamptz, timestamptz),
    watch.forget(timestamptz) TO amparo_app;
"""

CREATE = TABLE + KIND + TRIGGER + TODAY + SWEEPING
DROP = "DROP TRIGGER watched ON trail.event; DROP SCHEMA watch CASCADE"
