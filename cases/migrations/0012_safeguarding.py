"""Reports about our own people: a folder of its own kind, whose list names people and no seat."""

import cases.models.safeguarding
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import foundation.vault.fields
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models

from foundation.dossiers.walls import wall


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_roles_of_the_four_elements"),
        ("cases", "0011_dialogue"),
        ("dossiers", "0011_guarded"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="concern",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "Not sent yet"),
                    ("submitted", "Handed over"),
                    ("escalated_to_case", "A case was opened"),
                    ("redirected", "A contact was given"),
                    ("information_given", "Information was given"),
                    ("closed_no_consent", "Closed, as the person wished"),
                    ("safeguarding_moved", "Received by the safeguarding focal point"),
                    ("erased", "Erased"),
                ],
                default="draft",
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="SafeguardingBar",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("report", models.UUIDField(db_index=True)),
                ("key_id", models.UUIDField()),
                ("barred", models.BinaryField()),
                ("is_over", models.BooleanField(default=False)),
                ("until", models.DateField(blank=True, db_index=True, null=True)),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(app_label)s_%(class)ss",
                        to="dossiers.dossier",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SafeguardingReport",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(default=cases.models.safeguarding.report_code, max_length=16, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("taken_on", "Taken on"),
                            ("elsewhere", "With those who investigate"),
                            ("closing", "Waits for a second person to close it"),
                            ("closed", "Closed"),
                        ],
                        default="received",
                        max_length=12,
                    ),
                ),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("facts", foundation.vault.fields.EncryptedJSON()),
                (
                    "text",
                    foundation.vault.fields.EncryptedText(validators=[django.core.validators.MaxLengthValidator(4000)]),
                ),
                ("outcome", foundation.vault.fields.EncryptedText(blank=True, null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "closing_asked_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(app_label)s_%(class)ss",
                        to="dossiers.dossier",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SafeguardingMove",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("verb", models.CharField(max_length=16)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "text",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(4000)]
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(app_label)s_%(class)ss",
                        to="dossiers.dossier",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="cases.safeguardingreport",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="safeguardingreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_by", None),
                    models.Q(
                        ("closing_asked_by__isnull", False),
                        models.Q(("closed_by", models.F("closing_asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="report_is_closed_by_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="safeguardingreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "closed"), _negated=True),
                    models.Q(("closed_at__isnull", False), ("closed_by__isnull", False)),
                    _connector="OR",
                ),
                name="closed_reports_were_closed_by_somebody",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="safeguardingreport",
            trigger=pgtrigger.compiler.Trigger(
                name="report_life",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{closing:closed,closing:taken_on,elsewhere:closing,received:taken_on,taken_on:closing,taken_on:elsewhere}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="0d30918c5110a60337358eaaf678daae75c189b1",
                    operation="UPDATE",
                    pgid="pgtrigger_report_life_6365e",
                    table="cases_safeguardingreport",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="safeguardingmove",
            index=models.Index(fields=["report", "at"], name="moves_of_report"),
        ),
        wall("cases_safeguardingreport"),
        wall("cases_safeguardingmove"),
        wall("cases_safeguardingbar", reads="follow_dossier", writes="follow_dossier"),
    ]
