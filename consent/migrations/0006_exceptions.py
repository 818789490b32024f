"""Exceptional disclosures, and the wall before them: their own folder's list, and who opens the case."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import foundation.vault.fields
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models

from foundation.core.db.policies import NEVER, policies
from foundation.dossiers.walls import KEEPER, seen

TABLE = "consent_exceptionaldisclosure"
OWN = seen(f"{TABLE}.dossier_id", "follow_dossier")
READS = f"({OWN} OR {seen(f'{TABLE}.matter_id', 'view_dossier')})"
RAISED = policies(TABLE, reads=READS, adds=OWN, changes=OWN, removes=NEVER)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_directory"),
        ("consent", "0005_withdrawals"),
        ("dossiers", "0008_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExceptionalDisclosure",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=16)),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("life_at_risk", "Imminent risk to a life, the person’s or another’s"),
                            ("child_at_risk", "A child is at risk"),
                            ("adult_at_risk", "An adult who cannot decide on this is at risk"),
                            ("legal_obligation", "The law obliges us"),
                            ("movement_personnel", "An allegation against somebody of the Movement"),
                        ],
                        max_length=20,
                    ),
                ),
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
                (
                    "recipient_kind",
                    models.CharField(
                        choices=[
                            ("unit", "A unit of the National Society"),
                            ("service", "A service of a partner organisation"),
                        ],
                        max_length=8,
                    ),
                ),
                ("recipient_id", models.UUIDField()),
                ("fields", models.JSONField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Waits for the second signature"),
                            ("single_signed", "In effect on one signature"),
                            ("authorised", "In effect, signed by two people"),
                            ("refused", "Refused by the second person"),
                            ("taken_back", "No longer asked for"),
                            ("unsigned", "Not signed in time: an incident"),
                            ("ended", "Ended before its time"),
                        ],
                        default="requested",
                        max_length=14,
                    ),
                ),
                ("is_emergency", models.BooleanField(default=False)),
                ("is_person_informed", models.BooleanField(default=False)),
                ("days", models.PositiveSmallIntegerField()),
                ("deciders", django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                ("requested_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("valid_from", models.DateTimeField(blank=True, null=True)),
                ("valid_until", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("was_necessary", models.BooleanField(blank=True, null=True)),
                ("said", foundation.vault.fields.EncryptedJSON(blank=True, null=True)),
                (
                    "answer",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(1000)]
                    ),
                ),
                (
                    "review",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(1000)]
                    ),
                ),
                (
                    "decided_by",
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
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="dossiers.dossier"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exceptions",
                        to="consent.person",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reviewed_by",
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
                "indexes": [
                    models.Index(fields=["person", "purpose", "recipient_id"], name="exceptions_of_person"),
                    models.Index(
                        condition=models.Q(("status", "single_signed")),
                        fields=["valid_until"],
                        name="exceptions_to_sign",
                    ),
                    models.Index(fields=["-requested_at"], name="newest_exceptions"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="exception_needs_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ("authorised", "refused", "ended")), _negated=True),
                            ("decided_by__isnull", False),
                            _connector="OR",
                        ),
                        name="exception_has_two_signatures",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ("single_signed", "unsigned", "requested")), _negated=True),
                            ("decided_by", None),
                            _connector="OR",
                        ),
                        name="exception_has_one_signature",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status__in", ("single_signed", "authorised", "unsigned", "ended")), _negated=True
                            ),
                            models.Q(("valid_from__isnull", False), ("valid_until__gt", models.F("valid_from"))),
                            _connector="OR",
                        ),
                        name="exception_in_effect_has_an_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reviewed_by", None),
                            models.Q(("reviewed_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="exception_is_reviewed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ground__in", ("life_at_risk", "child_at_risk", "adult_at_risk", "legal_obligation"))
                        ),
                        name="exception_ground_is_on_the_list",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fields", []), _negated=True), name="exception_names_its_fields"
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="exceptionaldisclosure",
            trigger=pgtrigger.compiler.Trigger(
                name="exception_life",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{authorised:ended,requested:authorised,requested:refused,requested:taken_back,single_signed:authorised,single_signed:refused,single_signed:unsigned}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="316f6713300b2780b69009e1fa5046b33fb7f8ad",
                    operation="UPDATE",
                    pgid="pgtrigger_exception_life_54834",
                    table="consent_exceptionaldisclosure",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="exceptionaldisclosure",
            trigger=pgtrigger.compiler.Trigger(
                name="exception_as_signed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."matter_id" IS DISTINCT FROM (NEW."matter_id") OR OLD."ground" IS DISTINCT FROM (NEW."ground") OR OLD."purpose" IS DISTINCT FROM (NEW."purpose") OR OLD."recipient_kind" IS DISTINCT FROM (NEW."recipient_kind") OR OLD."recipient_id" IS DISTINCT FROM (NEW."recipient_id") OR OLD."fields" IS DISTINCT FROM (NEW."fields") OR OLD."days" IS DISTINCT FROM (NEW."days") OR OLD."requested_by_id" IS DISTINCT FROM (NEW."requested_by_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="85e4d8005a4bb93d9a8ddef332e5d6f8239caeed",
                    operation="UPDATE",
                    pgid="pgtrigger_exception_as_signed_55ad0",
                    table="consent_exceptionaldisclosure",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(
            f"{RAISED.sql}{KEEPER.format(table=TABLE)}", f"DROP POLICY keeper ON {TABLE};{RAISED.reverse_sql}"
        ),
    ]
