"""No disclosure without its ground, whatever the application forgot to ask (HS-01): the tables ask it themselves."""

from django.db import migrations

UP = """
CREATE FUNCTION referrals_sent_on_a_ground() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM consent_decision d,
               LATERAL amparo_covers(d.person_id, 'external_referral', NEW.service_id, NEW.fields, NEW.sent_at) c
         WHERE d.id = NEW.decision_id AND c.id = d.id
    ) THEN
        RAISE EXCEPTION 'nothing is sent without a ground' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_ground BEFORE UPDATE ON referrals_referral
    FOR EACH ROW WHEN (OLD.sent_at IS NULL AND NEW.sent_at IS NOT NULL) EXECUTE FUNCTION referrals_sent_on_a_ground();

CREATE FUNCTION referrals_disclosed_on_a_ground() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM referrals_referral r JOIN consent_decision d ON d.id = r.decision_id,
               LATERAL amparo_covers(d.person_id, NEW.purpose, r.service_id, NEW.fields, NEW.at) c
         WHERE r.id = NEW.referral_id AND d.id = NEW.decision_id AND c.id = d.id
    ) THEN
        RAISE EXCEPTION 'nothing is disclosed without a ground' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_ground BEFORE INSERT ON referrals_disclosure
    FOR EACH ROW EXECUTE FUNCTION referrals_disclosed_on_a_ground();

CREATE FUNCTION referrals_disclosure_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was disclosed stays written down' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER guard_stands BEFORE UPDATE OR DELETE ON referrals_disclosure
    FOR EACH ROW EXECUTE FUNCTION referrals_disclosure_stands();
"""
DOWN = """
DROP TRIGGER guard_stands ON referrals_disclosure;
DROP TRIGGER guard_ground ON referrals_disclosure;
DROP TRIGGER guard_ground ON referrals_referral;
DROP FUNCTION referrals_disclosure_stands(), referrals_disclosed_on_a_ground(), referrals_sent_on_a_ground();
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0005_confirmations"), ("consent", "0007_covering")]
    operations = [migrations.RunSQL(UP, DOWN)]
