"""A partner keeps its own entries up to date: what it may change, and its own word that all is right (domain.md §9.3)."""

from django.db import migrations, models

UP = """
CREATE FUNCTION amparo_is_own_service(partner uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM accounts_seat s JOIN accounts_unit u ON u.id = s.unit_id
          JOIN referrals_partner p ON p.organisation_id = u.organisation_id
         WHERE s.role = 'partner_worker' AND s.group_id = ANY (amparo_groups(amparo_actor()))
           AND u.organisation_id = partner AND p.status = 'active')
$$;
CREATE FUNCTION referrals_service_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    daily text[] := '{capacity_available,capacity_maximum,capacity_at,hours,time_zone,languages,confirmed_on,changed_at}';
BEGIN
    IF amparo_keeps_the_register() THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND amparo_is_own_service(OLD.partner_id) THEN
        IF OLD.service_type NOT IN ('safe_shelter', 'physical_security_relocation') THEN
            daily := daily || '{alert,how_to}';
        END IF;
        IF to_jsonb(NEW) - daily = to_jsonb(OLD) - daily THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the register is kept by its editors and managers' USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER kept_by ON referrals_service;
CREATE TRIGGER kept_by BEFORE INSERT OR UPDATE ON referrals_service
    FOR EACH ROW EXECUTE FUNCTION referrals_service_kept();
"""
DOWN = """
DROP TRIGGER kept_by ON referrals_service;
CREATE TRIGGER kept_by BEFORE INSERT OR UPDATE ON referrals_service
    FOR EACH ROW EXECUTE FUNCTION referrals_only_keepers();
DROP FUNCTION referrals_service_kept();
DROP FUNCTION amparo_is_own_service(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0021_appointments")]
    operations = [
        migrations.AddField(model_name="service", name="confirmed_on", field=models.DateField(blank=True, null=True)),
        migrations.RunSQL(UP, DOWN),
    ]
