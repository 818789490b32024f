"""Who keeps the register, what must be there before a partner is active, and to whom nothing goes, whoever writes.

(HS-10, HS-11, HS-20, HS-25; domain.md §2.1, §11.3.)
"""

from django.db import migrations

from foundation.core.db.policies import NEVER, policies

KEEPERS = "(SELECT amparo_keeps_the_register())"
READERS = "(SELECT amparo_is_clerk() OR amparo_sits('{directory_editor,manager,data_officer}'))"
UP = """
CREATE FUNCTION amparo_sits(roles text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM accounts_seat s
                    WHERE s.role = ANY (roles) AND s.group_id = ANY (amparo_groups(amparo_actor())))
$$;
CREATE FUNCTION amparo_keeps_the_register() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT amparo_actor() IS NULL OR amparo_is_clerk() OR amparo_sits('{directory_editor,manager}')
$$;
CREATE FUNCTION referrals_only_keepers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT amparo_keeps_the_register() THEN
        RAISE EXCEPTION 'the register is kept by its editors and managers' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept_by_insert BEFORE INSERT ON referrals_partner
    FOR EACH ROW EXECUTE FUNCTION referrals_only_keepers();
CREATE TRIGGER kept_by BEFORE UPDATE OF status, agreement_until, max_tier, data_sharing, belongs_to, phone
    ON referrals_partner FOR EACH ROW EXECUTE FUNCTION referrals_only_keepers();

CREATE FUNCTION referrals_partner_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a partnership begins as a proposal' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER begins BEFORE INSERT ON referrals_partner
    FOR EACH ROW WHEN (NEW.status <> 'proposed') EXECUTE FUNCTION referrals_partner_begins();

CREATE FUNCTION referrals_partner_ready() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM referrals_vetting v WHERE v.partner_id = NEW.organisation_id
                      AND v.approved_at IS NOT NULL) THEN
        RAISE EXCEPTION 'this partner was not vetted' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status = 'active' AND NOT EXISTS (
        SELECT 1 FROM referrals_agreement a WHERE a.partner_id = NEW.organisation_id AND a.valid_until >= current_date
    ) THEN
        RAISE EXCEPTION 'there is no agreement with this partner' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ready BEFORE UPDATE OF status ON referrals_partner
    FOR EACH ROW WHEN (NEW.status IN ('vetted', 'dsa_signed', 'active') AND OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION referrals_partner_ready();

CREATE FUNCTION referrals_sent_to_no_threat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM referrals_partner p WHERE p.organisation_id = NEW.recipient_id
                  AND p.data_sharing = 'individual_without_consent')
       AND NOT EXISTS (SELECT 1 FROM cases_case c JOIN cases_concern k ON k.id = c.concern_id
                        WHERE c.id = NEW.case_id AND k.setting NOT IN ('detention', 'border')) THEN
        RAISE EXCEPTION 'this organisation tells authorities about people' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_threat BEFORE UPDATE ON referrals_referral
    FOR EACH ROW WHEN (OLD.sent_at IS NULL AND NEW.sent_at IS NOT NULL)
    EXECUTE FUNCTION referrals_sent_to_no_threat();
"""
DOWN = """
DROP TRIGGER guard_threat ON referrals_referral;
DROP TRIGGER ready ON referrals_partner;
DROP TRIGGER begins ON referrals_partner;
DROP TRIGGER kept_by ON referrals_partner;
DROP TRIGGER kept_by_insert ON referrals_partner;
DROP FUNCTION referrals_sent_to_no_threat(), referrals_partner_ready(), referrals_partner_begins(),
    referrals_only_keepers(), amparo_keeps_the_register(), amparo_sits(text[]);
"""


def kept(table: str) -> migrations.RunSQL:
    """Read by who answers for partners; written by who keeps the register; nothing is removed."""
    return policies(f"referrals_{table}", reads=READERS, adds=KEEPERS, changes=KEEPERS, removes=NEVER)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0012_register"), ("cases", "0001_tables"), ("dossiers", "0009_office")]
    operations = [
        migrations.RunSQL(UP, DOWN),
        kept("vetting"),
        kept("agreement"),
        policies("referrals_partnermove", reads=READERS, adds=KEEPERS, changes=NEVER, removes=NEVER),
        migrations.RunSQL(
            "CREATE TRIGGER kept_by BEFORE INSERT OR UPDATE ON referrals_service"
            " FOR EACH ROW EXECUTE FUNCTION referrals_only_keepers();",
            "DROP TRIGGER kept_by ON referrals_service;",
        ),
    ]
