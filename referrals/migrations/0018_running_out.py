"""When time runs out: untouched drafts, holds with an end, loops that nobody could close, three attempts to reach somebody.

(partners.md §2; W-16.)
"""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from foundation.dossiers.walls import wall

UP = """
CREATE FUNCTION referrals_tried_before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'three safe attempts come first' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER guard_tries BEFORE UPDATE ON referrals_referral
    FOR EACH ROW WHEN (NEW.status = 'unable_to_reach' AND OLD.status <> 'unable_to_reach' AND NEW.tries < 3)
    EXECUTE FUNCTION referrals_tried_before();
"""
DOWN = """
DROP TRIGGER guard_tries ON referrals_referral;
DROP FUNCTION referrals_tried_before();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_specialised"),
        ("cases", "0012_safeguarding"),
        ("consent", "0013_dialogue"),
        ("dossiers", "0011_guarded"),
        ("referrals", "0017_life_saving"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactAttempt",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("phone", "By phone"),
                            ("message", "By message"),
                            ("visit", "By a visit"),
                            ("trusted_person", "Through somebody whom the person trusts"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "outside",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("person_asked", "The person asked for it"),
                            ("danger", "Danger could not wait"),
                            ("times_unknown", "No safe times are known"),
                            ("mistake", "It was a mistake"),
                        ],
                        max_length=16,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="referral",
            name="hold_until",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="referral",
            name="reminded_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="referral",
            name="touched_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="referral",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="referral",
            name="unverified_for",
            field=models.CharField(
                blank=True,
                choices=[
                    ("not_reached", "The person could not be reached safely"),
                    ("no_contact", "The person wants no contact, or has left"),
                    ("unsafe", "Asking would put the person at risk"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("unverified_for", ""),
                    models.Q(("status__in", ["completed", "not_completed"]), ("verified_at__isnull", False)),
                    _connector="OR",
                ),
                name="unverified_where_there_was_something_to_ask",
            ),
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="dossier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="%(app_label)s_%(class)ss",
                to="dossiers.dossier",
            ),
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="referral",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attempts",
                to="referrals.referral",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactattempt",
            constraint=models.UniqueConstraint(fields=("referral", "at"), name="one_attempt_at_a_time"),
        ),
        wall("referrals_contactattempt"),
        migrations.RunSQL(UP, DOWN),
    ]
