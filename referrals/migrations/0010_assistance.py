"""What our own services give, and what a unit declares that it can give: a need arises from the concern of its case."""

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

# whoever writes the row, its concern is the one of its case, in the same folder.
OF_ITS_CASE = """
ALTER TABLE cases_case ADD CONSTRAINT case_with_concern UNIQUE (id, concern_id, dossier_id);
ALTER TABLE referrals_assistance ADD CONSTRAINT assistance_arises_from_the_concern
    FOREIGN KEY (case_id, concern_id, dossier_id) REFERENCES cases_case (id, concern_id, dossier_id)
    DEFERRABLE INITIALLY DEFERRED;
"""
BACK = """
ALTER TABLE referrals_assistance DROP CONSTRAINT assistance_arises_from_the_concern;
ALTER TABLE cases_case DROP CONSTRAINT case_with_concern;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_roles_of_the_four_elements"),
        ("cases", "0007_freezing"),
        ("dossiers", "0009_office"),
        ("referrals", "0009_corrections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CapacityDeclaration",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("lines", models.JSONField()),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waits for a second person"),
                            ("approved", "In force"),
                            ("dropped", "Not agreed to"),
                            ("replaced", "Replaced by a newer one"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("declared_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "declared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Assistance",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("service_type", models.CharField(max_length=40)),
                (
                    "within",
                    models.CharField(
                        choices=[
                            ("hsp", "Service point"),
                            ("clinic", "Clinic"),
                            ("distribution", "Distribution"),
                            ("shelter", "Shelter"),
                            ("detention", "Place of detention"),
                            ("border", "Border"),
                            ("community", "Community"),
                            ("remote", "Phone or online"),
                            ("other", "Elsewhere"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("given", "Given"),
                            ("answered", "The person said what came of it"),
                            ("not_given", "Not given"),
                        ],
                        default="planned",
                        max_length=12,
                    ),
                ),
                ("planned_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("given_at", models.DateTimeField(blank=True, null=True)),
                (
                    "why_not",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_wanted", "The person does not want it"),
                            ("no_capacity", "We cannot give it, and nobody else can now"),
                            ("met_elsewhere", "The need is met in another way"),
                            ("referred", "A partner gives it"),
                            ("unsafe", "It would put the person at risk"),
                            ("not_reached", "The person could not be reached"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("met", "The need is met"),
                            ("partly", "Partly met"),
                            ("not", "Not met"),
                            ("unknown", "Not known: the person could not be asked"),
                        ],
                        max_length=8,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "need",
                    foundation.vault.fields.EncryptedText(validators=[django.core.validators.MaxLengthValidator(500)]),
                ),
                (
                    "given_words",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(500)]
                    ),
                ),
                (
                    "said",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(500)]
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assistances",
                        to="cases.case",
                    ),
                ),
                (
                    "concern",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="assistances",
                        to="cases.concern",
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
                    "given_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "giver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "planned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="referrals.assistance",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["case", "-planned_at"], name="assistance_of_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ("given", "answered")), _negated=True),
                            models.Q(("given_at__isnull", False), ("given_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="assistance_was_given_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "answered"), _negated=True),
                            models.Q(("outcome", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="answered_assistance_has_an_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "not_given"), _negated=True),
                            models.Q(("why_not", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="assistance_not_given_says_why",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assistance",
            trigger=pgtrigger.compiler.Trigger(
                name="assistance_life",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{given:answered,planned:given,planned:not_given}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="3bd1fd4782be5ba4b4bd3c12c9dfdc9d5645c41f",
                    operation="UPDATE",
                    pgid="pgtrigger_assistance_life_d528a",
                    table="referrals_assistance",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="capacitydeclaration",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gte", models.F("valid_from"))), name="capacity_ends_after_start"
            ),
        ),
        migrations.AddConstraint(
            model_name="capacitydeclaration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    ("state", "dropped"),
                    models.Q(("decided_by", models.F("declared_by")), _negated=True),
                    _connector="OR",
                ),
                name="capacity_needs_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="capacitydeclaration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("approved", "replaced")), _negated=True),
                    ("decided_by__isnull", False),
                    _connector="OR",
                ),
                name="capacity_was_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="capacitydeclaration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "approved")), fields=("unit",), name="one_capacity_in_force"
            ),
        ),
        migrations.AddConstraint(
            model_name="capacitydeclaration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")), fields=("unit",), name="one_capacity_proposed"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="capacitydeclaration",
            trigger=pgtrigger.compiler.Trigger(
                name="capacity_life",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{approved:replaced,proposed:approved,proposed:dropped}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="d66c16fe5ef53e265977d0942968ff9e52271495",
                    operation="UPDATE",
                    pgid="pgtrigger_capacity_life_b35f8",
                    table="referrals_capacitydeclaration",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(OF_ITS_CASE, BACK),
        wall("referrals_assistance"),
    ]
