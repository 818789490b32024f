"""Threats of a case, how their risk was assessed, what became of it; kept as confirmed, and walled."""

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


KEPT = """
-- What was confirmed or measured stays as it is; only where the folder was erased its rows are emptied and go.
CREATE FUNCTION riskanalysis_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM dossiers_dossier WHERE id = OLD.dossier_id AND erased_at IS NOT NULL) THEN
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was confirmed is never changed' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER is_kept BEFORE UPDATE OR DELETE ON riskanalysis_riskassessment
    FOR EACH ROW WHEN (OLD.status = 'confirmed') EXECUTE FUNCTION riskanalysis_is_kept();
CREATE TRIGGER is_kept BEFORE UPDATE OR DELETE ON riskanalysis_outcomemeasurement
    FOR EACH ROW EXECUTE FUNCTION riskanalysis_is_kept();
CREATE TRIGGER is_kept BEFORE UPDATE ON riskanalysis_specificthreat
    FOR EACH ROW EXECUTE FUNCTION riskanalysis_is_kept();

-- An outcome without a second look is unknown, never reduced; and what is unknown says why.
CREATE FUNCTION riskanalysis_is_measured() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.category = 'unknown' THEN
        IF NEW.why IS NULL THEN
            RAISE EXCEPTION 'an unknown outcome says why' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF NOT EXISTS (SELECT 1 FROM riskanalysis_riskassessment a
                       WHERE a.case_id = NEW.case_id AND a.status = 'confirmed' AND a.number > 1) THEN
        RAISE EXCEPTION 'without a second assessment the outcome is unknown' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_measured BEFORE INSERT ON riskanalysis_outcomemeasurement
    FOR EACH ROW EXECUTE FUNCTION riskanalysis_is_measured();
"""
DOWN = """
DROP TRIGGER is_measured ON riskanalysis_outcomemeasurement;
DROP TRIGGER is_kept ON riskanalysis_specificthreat;
DROP TRIGGER is_kept ON riskanalysis_outcomemeasurement;
DROP TRIGGER is_kept ON riskanalysis_riskassessment;
DROP FUNCTION riskanalysis_is_measured(), riskanalysis_is_kept();
"""
TABLES = ("specificthreat", "riskassessment", "outcomemeasurement", "clinicalwindow")


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0008_life"),
        ("dossiers", "0009_office"),
        ("riskanalysis", "0002_counting"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OutcomeMeasurement",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("reduced", "Reduced"),
                            ("stabilised", "Stabilised"),
                            ("unchanged", "Unchanged"),
                            ("increased", "Increased"),
                            ("unknown", "Not known"),
                        ],
                        max_length=10,
                    ),
                ),
                ("found", foundation.vault.fields.EncryptedJSON(blank=True, null=True)),
                (
                    "why",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(1000)]
                    ),
                ),
                ("measured_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="outcomes", to="cases.case"
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
                    "measured_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SpecificThreat",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("about", foundation.vault.fields.EncryptedJSON(blank=True, null=True)),
                ("named_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="threats", to="cases.case"
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
                    "named_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ClinicalWindow",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("since", foundation.vault.fields.EncryptedJSON(blank=True, null=True)),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("told", "I told the person, and they can decide for themselves"),
                            ("declined", "I offered it; the person does not want to hear about it now"),
                            ("not_safe", "It was not safe to tell; I say when I try again in a note"),
                        ],
                        max_length=10,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
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
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="windows", to="cases.case"
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
                    "opened_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None)),
                            models.Q(
                                models.Q(("answer", ""), _negated=True),
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="who_told_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RiskAssessment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveSmallIntegerField()),
                ("scheme", models.CharField(default="1", max_length=8)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Being written"),
                            ("proposed", "Waits for a second person"),
                            ("confirmed", "Confirmed"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("threat_score", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("vulnerability_score", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("prevent_score", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("respond_score", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("recover_score", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("rating", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("safety", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("answers", foundation.vault.fields.EncryptedJSON(blank=True, null=True)),
                ("low", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("high", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("level", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("urgency", models.CharField(blank=True, max_length=10)),
                ("reasons", foundation.vault.fields.EncryptedJSON(blank=True, null=True)),
                (
                    "refusal",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(1000)]
                    ),
                ),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("proposed_at", models.DateTimeField(blank=True, null=True)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="risk_assessments", to="cases.case"
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
                    "second",
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
                    "threat",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assessments",
                        to="riskanalysis.specificthreat",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["case", "status"], name="assessments_of_case")],
                "constraints": [
                    models.UniqueConstraint(fields=("threat", "number"), name="assessments_are_numbered"),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("draft", "proposed"))),
                        fields=("threat",),
                        name="one_assessment_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("threat_score", None), ("threat_score__lte", 4), _connector="OR"),
                        name="threat_score_is_0_to_4",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("vulnerability_score", None), ("vulnerability_score__lte", 4), _connector="OR"
                        ),
                        name="vulnerability_score_is_0_to_4",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("prevent_score", None), ("prevent_score__lte", 4), _connector="OR"),
                        name="prevent_score_is_0_to_4",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("respond_score", None), ("respond_score__lte", 4), _connector="OR"),
                        name="respond_score_is_0_to_4",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("recover_score", None), ("recover_score__lte", 4), _connector="OR"),
                        name="recover_score_is_0_to_4",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rating", None), ("rating__lte", 4), _connector="OR"),
                        name="rating_is_0_to_4",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("low", None), ("low__lte", 4), _connector="OR"), name="low_is_0_to_4"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("high", None), ("high__lte", 4), _connector="OR"), name="high_is_0_to_4"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level", None), ("level__lte", 4), _connector="OR"), name="level_is_0_to_4"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("safety", None), models.Q(("safety__gte", 1), ("safety__lte", 5)), _connector="OR"
                        ),
                        name="safety_is_1_to_5",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("low", None), ("low__lte", models.F("high")), _connector="OR"),
                        name="range_has_two_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "draft"),
                            models.Q(("high__isnull", False), ("low__isnull", False), ("proposed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="decided_on_a_suggestion",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "confirmed"), _negated=True),
                            ("confirmed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="confirmed_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "confirmed"), _negated=True),
                            ("level__isnull", False),
                            ("low__lt", models.F("high")),
                            _connector="OR",
                        ),
                        name="a_level_is_said_where_it_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("second", None), models.Q(("second", models.F("author")), _negated=True), _connector="OR"
                        ),
                        name="second_is_another_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "confirmed"), _negated=True),
                            ("level", None),
                            ("level__gte", models.F("high")),
                            ("high__lt", 3),
                            ("second__isnull", False),
                            _connector="OR",
                        ),
                        name="lowering_a_high_risk_takes_two",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="riskassessment",
            trigger=pgtrigger.compiler.Trigger(
                name="assessment_life",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{draft:proposed,draft:confirmed,proposed:confirmed,proposed:draft}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="070b813e566531421e5f65d0ba2b904de9680fee",
                    operation="UPDATE",
                    pgid="pgtrigger_assessment_life_b4628",
                    table="riskanalysis_riskassessment",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(KEPT, DOWN),
        *(wall(f"riskanalysis_{name}") for name in TABLES),
    ]
