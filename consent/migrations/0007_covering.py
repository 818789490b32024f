"""The question that everything asks before it tells, as a function that the guards on the tables share with the pages."""

from django.db import migrations

COVERS = """
CREATE FUNCTION amparo_covers(who uuid, why text, whom uuid, what jsonb, moment timestamptz)
RETURNS TABLE (basis text, id uuid, fields jsonb, until timestamptz) LANGUAGE sql STABLE AS $$
    SELECT 'decision', d.id, d.fields, d.valid_until FROM consent_decision d
     WHERE d.person_id = who AND d.purpose = why AND d.recipient_id = whom AND d.answer = 'granted'
       AND d.withdrawn_at IS NULL AND d.superseded_at IS NULL AND d.suspended_at IS NULL
       AND d.valid_from <= moment AND d.valid_until > moment AND d.fields @> what
    UNION ALL
    SELECT 'exception', e.id, e.fields, e.valid_until FROM consent_exceptionaldisclosure e
     WHERE e.person_id = who AND e.purpose = why AND e.recipient_id = whom
       AND e.status IN ('single_signed', 'authorised')
       AND e.valid_from <= moment AND e.valid_until > moment AND e.fields @> what
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0006_exceptions")]
    operations = [
        migrations.RunSQL(COVERS, "DROP FUNCTION amparo_covers(uuid, text, uuid, jsonb, timestamptz)"),
    ]
