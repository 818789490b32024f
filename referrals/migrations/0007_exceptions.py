"""A referral may rest on an exceptional disclosure instead of a decision; the guards know both, the recipient sees its own."""

import django.db.models.deletion
from django.db import migrations, models


UP = """
CREATE OR REPLACE FUNCTION referrals_sent_on_a_ground() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE rests_on uuid = coalesce(NEW.decision_id, NEW.exception_id);
        who uuid = coalesce((SELECT d.person_id FROM consent_decision d WHERE d.id = NEW.decision_id),
                            (SELECT e.person_id FROM consent_exceptionaldisclosure e WHERE e.id = NEW.exception_id));
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM amparo_covers(who, 'external_referral', NEW.service_id, NEW.fields, NEW.sent_at) c
         WHERE c.id = rests_on
    ) THEN
        RAISE EXCEPTION 'nothing is sent without a ground' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION referrals_disclosed_on_a_ground() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE rests_on uuid = coalesce(NEW.decision_id, NEW.exception_id);
        who uuid = coalesce((SELECT d.person_id FROM consent_decision d WHERE d.id = NEW.decision_id),
                            (SELECT e.person_id FROM consent_exceptionaldisclosure e WHERE e.id = NEW.exception_id));
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM referrals_referral r,
               LATERAL amparo_covers(who, NEW.purpose, r.service_id, NEW.fields, NEW.at) c
         WHERE r.id = NEW.referral_id AND coalesce(r.decision_id, r.exception_id) = rests_on AND c.id = rests_on
    ) THEN
        RAISE EXCEPTION 'nothing is disclosed without a ground' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE POLICY recipients ON consent_exceptionaldisclosure FOR SELECT
    USING (EXISTS (SELECT 1 FROM referrals_referral r WHERE r.exception_id = consent_exceptionaldisclosure.id));
"""


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0007_covering"),
        ("referrals", "0006_grounds"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="referral",
            name="sent_rests_on_a_decision",
        ),
        migrations.AddField(
            model_name="disclosure",
            name="exception",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="consent.exceptionaldisclosure",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="exception",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="referrals",
                to="consent.exceptionaldisclosure",
            ),
        ),
        migrations.AlterField(
            model_name="disclosure",
            name="decision",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="consent.decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decision", None), ("exception__isnull", False)),
                    models.Q(("decision__isnull", False), ("exception", None)),
                    _connector="OR",
                ),
                name="released_on_one_ground",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sent_at", None), ("decision__isnull", False), ("exception__isnull", False), _connector="OR"
                ),
                name="sent_rests_on_a_ground",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("decision", None), ("exception", None), _connector="OR"), name="rests_on_one_ground"
            ),
        ),
        migrations.RunSQL(UP, "DROP POLICY recipients ON consent_exceptionaldisclosure"),
    ]
