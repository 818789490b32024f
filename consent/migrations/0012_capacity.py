"""Who decides with a child or for an adult who cannot, and the walls before it."""

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
        ("consent", "0011_requests"),
        ("dossiers", "0008_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BestInterestNote",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("purposes", models.JSONField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("written", "Waits for a second person"),
                            ("agreed", "Agreed to by two people"),
                            ("refused", "The second person did not agree"),
                        ],
                        default="written",
                        max_length=8,
                    ),
                ),
                (
                    "options",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(2000)]
                    ),
                ),
                (
                    "views",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(2000)]
                    ),
                ),
                (
                    "safety",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(2000)]
                    ),
                ),
                (
                    "decision",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(2000)]
                    ),
                ),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("valid_until", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="CapacityAssessment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("record_case", "Keep a record of this case"),
                            ("internal_escalation", "Pass this on to the protection focal point"),
                            ("external_referral", "Refer to a specialised organisation"),
                            (
                                "raise_with_authority_identified",
                                "Raise the matter with an authority, naming the person",
                            ),
                            ("raise_with_authority_unidentified", "Raise the general problem, naming nobody"),
                            ("follow_up_contact", "Call back to ask how it went"),
                            ("rfl_tracing", "Restore family links"),
                            ("share_with_movement_component", "Share with another component of the Movement"),
                            ("anonymous_statistics", "Count this case in figures without names"),
                            ("lessons_advocacy_story", "Use the story for lessons or advocacy"),
                            ("interpreter_presence", "An interpreter may be present"),
                        ],
                        max_length=40,
                    ),
                ),
                ("found", foundation.vault.fields.EncryptedJSON(blank=True, null=True)),
                (
                    "words",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(2000)]
                    ),
                ),
                ("assessed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("valid_until", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Caregiver",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "relationship",
                    models.CharField(
                        choices=[
                            ("mother", "Mother"),
                            ("father", "Father"),
                            ("grandparent", "Grandparent"),
                            ("relative", "Another adult relative"),
                            ("guardian", "Legal guardian"),
                            ("trusted_adult", "Another adult whom the child trusts"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "name",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(120)]
                    ),
                ),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("flagged_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ConsentBasis",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("said", foundation.vault.fields.EncryptedJSON(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AgeTable",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("version", models.PositiveIntegerField()),
                ("source", models.CharField(max_length=300)),
                ("rules", models.JSONField()),
                ("published_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("country", "version"), name="one_age_table_per_version")
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="agetable",
            trigger=pgtrigger.compiler.Trigger(
                name="age_table_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="ff917556ce31c505cbb955c736be10e142046aa0",
                    operation="UPDATE",
                    pgid="pgtrigger_age_table_stays_a5afe",
                    table="consent_agetable",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="bestinterestnote",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="bestinterestnote",
            name="dossier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="%(app_label)s_%(class)ss",
                to="dossiers.dossier",
            ),
        ),
        migrations.AddField(
            model_name="bestinterestnote",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="best_interest_notes", to="consent.person"
            ),
        ),
        migrations.AddField(
            model_name="bestinterestnote",
            name="written_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="capacityassessment",
            name="assessed_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="capacityassessment",
            name="dossier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="%(app_label)s_%(class)ss",
                to="dossiers.dossier",
            ),
        ),
        migrations.AddField(
            model_name="capacityassessment",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="assessments", to="consent.person"
            ),
        ),
        migrations.AddField(
            model_name="caregiver",
            name="added_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="caregiver",
            name="dossier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="%(app_label)s_%(class)ss",
                to="dossiers.dossier",
            ),
        ),
        migrations.AddField(
            model_name="caregiver",
            name="flagged_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="caregiver",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="caregivers", to="consent.person"
            ),
        ),
        migrations.AddField(
            model_name="consentbasis",
            name="caregiver",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="bases",
                to="consent.caregiver",
            ),
        ),
        migrations.AddField(
            model_name="consentbasis",
            name="consent",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="basis", to="consent.consent"
            ),
        ),
        migrations.AddField(
            model_name="consentbasis",
            name="dossier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="%(app_label)s_%(class)ss",
                to="dossiers.dossier",
            ),
        ),
        migrations.AddField(
            model_name="consentbasis",
            name="note",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="bases",
                to="consent.bestinterestnote",
            ),
        ),
        migrations.AddField(
            model_name="consentbasis",
            name="table",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.agetable"
            ),
        ),
        migrations.AddConstraint(
            model_name="bestinterestnote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answered_by", None),
                    models.Q(("answered_by", models.F("written_by")), _negated=True),
                    _connector="OR",
                ),
                name="best_interest_needs_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="bestinterestnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "written"), ("answered_by__isnull", False), _connector="OR"),
                name="best_interest_was_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="bestinterestnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("purposes", []), _negated=True), name="best_interest_names_its_purposes"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bestinterestnote",
            trigger=pgtrigger.compiler.Trigger(
                name="best_interest_life",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{written:agreed,written:refused}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="615526df3a62a5a0974b82e75a0bb4eea2dd796c",
                    operation="UPDATE",
                    pgid="pgtrigger_best_interest_life_56e30",
                    table="consent_bestinterestnote",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bestinterestnote",
            trigger=pgtrigger.compiler.Trigger(
                name="best_interest_as_written",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."purposes" IS DISTINCT FROM (NEW."purposes") OR OLD."written_by_id" IS DISTINCT FROM (NEW."written_by_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="be31e8060d6a569e9c624ff76d8186f8bbdf4a8e",
                    operation="UPDATE",
                    pgid="pgtrigger_best_interest_as_written_83220",
                    table="consent_bestinterestnote",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="capacityassessment",
            index=models.Index(fields=["person", "purpose", "-assessed_at"], name="assessments_of_person"),
        ),
        migrations.AddConstraint(
            model_name="capacityassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gt", models.F("assessed_at"))),
                name="assessment_ends_after_it_was_made",
            ),
        ),
        migrations.AddConstraint(
            model_name="caregiver",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("flagged_at", None), ("flagged_by", None)),
                    models.Q(("flagged_at__isnull", False), ("flagged_by__isnull", False)),
                    _connector="OR",
                ),
                name="who_flags_a_caregiver_is_known",
            ),
        ),
        *(wall(f"consent_{name}") for name in ("caregiver", "bestinterestnote", "capacityassessment", "consentbasis")),
    ]
