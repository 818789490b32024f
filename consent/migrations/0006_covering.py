"""The question that everything asks before it tells, as a function that the guards on the tables share with the pages."""

from django.db import migrations

COVERS = """
CREATE FUNCTION amparo_covers(who uuid, why text, whom uuid, what jsonb, moment timestamptz)
RETURNS TABLE (basis text, id uuid, fields jsonb, until timestamptz) LANGUAGE sql STABLE AS $$
    SELECT 'decision', d.id, d.fields, d.valid_until FROM consent_decision d
     WHERE d.person_id = who AND d.purpose = why AND d.recipient_id = whom AND d.answer = 'granted'
       AND d.withdrawn_at IS NULL AND d.superseded_at IS NULL AND d.suspended_at IS NULL
       AND d.valid_from <= moment AND d.valid_until > moment AND d.fields @> what
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0005_withdrawals")]
    operations = [
        migrations.RunSQL(COVERS, "DROP FUNCTION amparo_covers(uuid, text, uuid, jsonb, timestamptz)"),
    ]
