"""No partner becomes active and no endpoint is kept without an approved impact assessment in date, whoever writes (HS-25)."""

from django.db import migrations

UP = """
CREATE FUNCTION amparo_is_assessed(whom uuid, what text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM consent_impactassessment a
                    WHERE a.partner_id = whom AND a.subject = what AND a.state = 'approved'
                      AND a.review_by >= current_date)
$$;
CREATE FUNCTION amparo_require_partner_assessed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT amparo_is_assessed(NEW.organisation_id, 'partner') THEN
        RAISE EXCEPTION 'this partner has no approved impact assessment' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assessed_on_insert BEFORE INSERT ON referrals_partner
    FOR EACH ROW WHEN (NEW.status = 'active') EXECUTE FUNCTION amparo_require_partner_assessed();
CREATE TRIGGER assessed_on_update BEFORE UPDATE OF status ON referrals_partner
    FOR EACH ROW WHEN (NEW.status = 'active' AND OLD.status <> 'active')
    EXECUTE FUNCTION amparo_require_partner_assessed();
CREATE FUNCTION amparo_require_api_assessed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT amparo_is_assessed(NEW.organisation_id, 'partner_api') THEN
        RAISE EXCEPTION 'this partner has no approved impact assessment' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assessed BEFORE INSERT ON referrals_webhookendpoint
    FOR EACH ROW EXECUTE FUNCTION amparo_require_api_assessed();
"""
DOWN = """
DROP TRIGGER assessed ON referrals_webhookendpoint;
DROP TRIGGER assessed_on_update ON referrals_partner;
DROP TRIGGER assessed_on_insert ON referrals_partner;
DROP FUNCTION amparo_require_api_assessed(), amparo_require_partner_assessed(), amparo_is_assessed(uuid, text);
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0007_exceptions"), ("consent", "0009_office")]
    operations = [migrations.RunSQL(UP, DOWN)]
