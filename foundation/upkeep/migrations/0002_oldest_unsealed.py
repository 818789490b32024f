"""How long the oldest event has waited for its seal: one time, and nothing else of the trail, for the application."""

from django.db import migrations

CREATE = """
CREATE FUNCTION trail.oldest_unsealed() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT min(e.at) FROM trail.event e
     WHERE e.xid >= coalesce((SELECT s.to_xid FROM trail.seal s ORDER BY s.number DESC LIMIT 1), '0'::xid8)
$$;
REVOKE ALL ON FUNCTION trail.oldest_unsealed() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trail.oldest_unsealed() TO amparo_app;
"""


class Migration(migrations.Migration):
    dependencies = [("upkeep", "0001_pulse"), ("audit", "0001_trail")]
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION trail.oldest_unsealed()")]
