"""Who opened a folder, for those who may open it themselves."""

from django.db import migrations

OPENINGS = """
CREATE FUNCTION trail.openings(folders uuid[], verbs text[], until timestamptz, most integer)
RETURNS TABLE (at timestamptz, actor integer, verb text, dossier uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT e.at, e.actor, e.verb, e.dossier
      FROM (SELECT f.id FROM unnest(folders) f(id) WHERE public.amparo_is_on_list(f.id, 'view_dossier')) seen
     CROSS JOIN LATERAL (
        SELECT o.at, o.actor, o.verb, o.dossier FROM trail.event o
         WHERE o.dossier = seen.id AND o.verb = ANY (verbs) AND o.at < coalesce(until, 'infinity')
         ORDER BY o.at DESC LIMIT least(most, 1000)) e
     ORDER BY e.at DESC LIMIT least(most, 1000)
$$;
REVOKE ALL ON FUNCTION trail.openings(uuid[], text[], timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trail.openings(uuid[], text[], timestamptz, integer) TO amparo_app;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_months"), ("dossiers", "0004_lists")]
    operations = [migrations.RunSQL(OPENINGS, "DROP FUNCTION trail.openings(uuid[], text[], timestamptz, integer)")]
