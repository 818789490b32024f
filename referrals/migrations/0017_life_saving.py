"""When a life depends on it: by voice or by hand, the least, phoned on the same day, looked back at (HS-10, HS-20).

The ordinary way is guarded here too: nothing is sent to who is no active partner with an agreement in force. The day of an
agreement is counted with one day's margin, as the database does not know the installation's time zone.
"""

import django.core.validators
import django.db.models.deletion
import foundation.vault.fields
import uuid
from django.conf import settings
from django.db import migrations, models

from foundation.dossiers.walls import wall

UP = """
CREATE FUNCTION referrals_sent_where_it_may() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.is_life_saving THEN
        IF NEW.urgency <> 'emergency' OR NOT EXISTS (
            SELECT 1 FROM referrals_lifesaving l JOIN accounts_unit u ON u.id = NEW.unit_id
             WHERE l.referral_id = NEW.id AND l.called_at <= NEW.sent_at
               AND (l.called_at AT TIME ZONE u.time_zone)::date = (NEW.sent_at AT TIME ZONE u.time_zone)::date) THEN
            RAISE EXCEPTION 'nobody phoned there on the same day' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF NOT EXISTS (
        SELECT 1 FROM referrals_service s JOIN referrals_partner p ON p.organisation_id = s.partner_id
         WHERE s.id = NEW.service_id AND s.status = 'active' AND p.status = 'active'
           AND p.agreement_until >= (NEW.sent_at AT TIME ZONE 'UTC')::date - 1) THEN
        RAISE EXCEPTION 'this recipient may not receive anything' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_recipient BEFORE UPDATE ON referrals_referral
    FOR EACH ROW WHEN (OLD.sent_at IS NULL AND NEW.sent_at IS NOT NULL)
    EXECUTE FUNCTION referrals_sent_where_it_may();

CREATE FUNCTION referrals_way_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'which way it went is not changed afterwards' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER guard_way BEFORE UPDATE ON referrals_referral
    FOR EACH ROW WHEN (OLD.sent_at IS NOT NULL AND OLD.is_life_saving IS DISTINCT FROM NEW.is_life_saving)
    EXECUTE FUNCTION referrals_way_stays();

CREATE FUNCTION referrals_looked_back() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE sent record;
BEGIN
    SELECT r.sent_at, r.requested_by_id, r.approved_by_id INTO sent FROM referrals_referral r WHERE r.id = NEW.referral_id;
    IF sent.sent_at IS NOT NULL AND (NEW.called_at, NEW.called_by_id, NEW.answered_by, NEW.shut_by)
       IS DISTINCT FROM (OLD.called_at, OLD.called_by_id, OLD.answered_by, OLD.shut_by) THEN
        RAISE EXCEPTION 'what was phoned is not changed after it went' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.reviewed_by_id IN (sent.requested_by_id, sent.approved_by_id) THEN
        RAISE EXCEPTION 'somebody else looks back' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_call BEFORE UPDATE ON referrals_lifesaving
    FOR EACH ROW EXECUTE FUNCTION referrals_looked_back();
"""
DOWN = """
DROP TRIGGER guard_call ON referrals_lifesaving;
DROP TRIGGER guard_way ON referrals_referral;
DROP TRIGGER guard_recipient ON referrals_referral;
DROP FUNCTION referrals_looked_back(), referrals_way_stays(), referrals_sent_where_it_may();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_specialised"),
        ("cases", "0012_safeguarding"),
        ("consent", "0013_dialogue"),
        ("dossiers", "0011_guarded"),
        ("referrals", "0016_channels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LifeSaving",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "shut_by",
                    models.CharField(
                        choices=[
                            ("agreement", "There is no agreement in force with this organisation."),
                            ("service", "This service stands in the directory as closed."),
                            ("old", "Nobody has checked this entry for half a year."),
                        ],
                        max_length=10,
                    ),
                ),
                ("called_at", models.DateTimeField()),
                (
                    "answered_by",
                    models.CharField(
                        choices=[
                            ("reception", "Reception or switchboard"),
                            ("nurse", "Nurse or midwife"),
                            ("doctor", "Doctor on duty"),
                            ("social_worker", "Social worker or counsellor"),
                            ("lead", "Head of the service, or who stands in"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "why",
                    foundation.vault.fields.EncryptedText(validators=[django.core.validators.MaxLengthValidator(1000)]),
                ),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("was_right", models.BooleanField(blank=True, null=True)),
                (
                    "review",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(1000)]
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="referral",
            name="is_life_saving",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_life_saving", False),
                    models.Q(
                        ("channel__in", ["phone", "in_person", "paper"]),
                        ("exception", None),
                        (
                            "fields__contained_by",
                            [
                                "urgency",
                                "service_type",
                                "district",
                                "age_band",
                                "gender",
                                "languages",
                                "interpreter",
                                "access",
                                "immediate_danger",
                                "alias",
                                "safe_contact",
                            ],
                        ),
                    ),
                    _connector="OR",
                ),
                name="life_saving_by_voice_or_hand",
            ),
        ),
        migrations.AddField(
            model_name="lifesaving",
            name="called_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="lifesaving",
            name="dossier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="%(app_label)s_%(class)ss",
                to="dossiers.dossier",
            ),
        ),
        migrations.AddField(
            model_name="lifesaving",
            name="referral",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="life_saving", to="referrals.referral"
            ),
        ),
        migrations.AddField(
            model_name="lifesaving",
            name="reviewed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="lifesaving",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reviewed_by", None),
                    models.Q(("reviewed_by", models.F("called_by")), _negated=True),
                    _connector="OR",
                ),
                name="who_called_does_not_look_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="lifesaving",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reviewed_at", None), ("reviewed_by", None), ("was_right", None)),
                    models.Q(
                        ("reviewed_at__isnull", False), ("reviewed_by__isnull", False), ("was_right__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="looked_back_by_somebody",
            ),
        ),
        wall("referrals_lifesaving", reads="follow_dossier"),
        migrations.RunSQL(UP, DOWN),
    ]
