"""No concern is handed over with what tells who it is, unless the person agreed to that (HS-02): the table asks itself."""

from django.db import migrations

UP = """
CREATE FUNCTION cases_handed_over_on_a_ground() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM amparo_covers(
            NEW.person_id, 'internal_escalation', NEW.unit_id,
            '["alias", "safe_contact", "summary", "wishes"]', NEW.submitted_at)
    ) THEN
        RAISE EXCEPTION 'nothing is handed over without a ground' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_ground BEFORE UPDATE ON cases_concern FOR EACH ROW
    WHEN (OLD.status = 'draft' AND NEW.status <> 'draft' AND NOT NEW.is_anonymous)
    EXECUTE FUNCTION cases_handed_over_on_a_ground();
CREATE TRIGGER guard_ground_of_new BEFORE INSERT ON cases_concern FOR EACH ROW
    WHEN (NEW.status <> 'draft' AND NOT NEW.is_anonymous) EXECUTE FUNCTION cases_handed_over_on_a_ground();
"""
DOWN = """
DROP TRIGGER guard_ground_of_new ON cases_concern;
DROP TRIGGER guard_ground ON cases_concern;
DROP FUNCTION cases_handed_over_on_a_ground();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_erasures"), ("consent", "0007_covering")]
    operations = [migrations.RunSQL(UP, DOWN)]
