"""What a person asks of us about their data; never shown to whom it speaks of."""

import consent.models.request
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import foundation.vault.fields
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models

from foundation.dossiers import walls

TABLE = "consent_datasubjectrequest"
LISTED = walls.seen(f"{TABLE}.dossier_id", "follow_dossier")
NOT_THE_ONE = f"""
ALTER POLICY reads ON {TABLE} USING ({LISTED} AND (about_id IS NULL OR about_id <> (SELECT amparo_actor())));
ALTER POLICY changes ON {TABLE} USING ({LISTED} AND (about_id IS NULL OR about_id <> (SELECT amparo_actor())))
    WITH CHECK ({LISTED});
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_directory"),
        ("consent", "0010_office_walls"),
        ("dossiers", "0008_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DataSubjectRequest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "reference",
                    models.CharField(default=consent.models.request.request_reference, max_length=16, unique=True),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("access", "A copy of what is held about them"),
                            ("rectification", "A correction"),
                            ("restriction", "That their data are kept and not used"),
                            ("objection", "That we stop: they object"),
                            ("erasure", "That their record is erased"),
                            ("complaint", "A complaint"),
                            ("feedback", "Feedback"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("open", "Waits for a decision"),
                            ("decided", "Decided, to be carried out"),
                            ("closed", "Closed"),
                            ("taken_back", "No longer asked for"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                (
                    "ruling",
                    models.CharField(
                        blank=True, choices=[("granted", "Granted"), ("refused", "Refused")], max_length=10
                    ),
                ),
                (
                    "identity",
                    models.CharField(
                        choices=[
                            ("known", "The worker knows the person and sat with them"),
                            ("code_word", "They said the code word"),
                            ("call_back", "We called back on the safe contact"),
                            ("document", "They showed a document; no copy was kept"),
                            ("representative", "A representative showed the authority to speak for them"),
                            ("not_yet", "Not checked yet"),
                            ("not_needed", "Not needed for this"),
                        ],
                        max_length=16,
                    ),
                ),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("identity_not_shown", "It could not be made sure that it is the person"),
                            ("rights_of_others", "It would harm somebody else"),
                            ("safety", "It would put the person or a worker in danger"),
                            ("vital_interests", "Somebody’s life depends on it"),
                            ("legal_obligation", "The law obliges us"),
                            ("legal_claims", "It is needed for a claim that runs"),
                            ("found_correct", "What is written was checked, and is right"),
                            ("nothing_held", "We hold nothing of the kind"),
                            ("answered_already", "The same was answered a short time ago"),
                            ("not_founded", "It was looked into, and is not founded"),
                            ("other", "Another reason"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "told",
                    models.CharField(
                        blank=True,
                        choices=[("told", "The person was told"), ("not_safe", "It was not safe to tell the person")],
                        max_length=8,
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("field", models.CharField(blank=True, max_length=16)),
                (
                    "spoken_of",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("worker", "Somebody who works here"),
                            ("partner", "A partner organisation"),
                            ("service", "The help itself"),
                            ("data", "How we handle their data"),
                            ("other", "Something else"),
                        ],
                        max_length=8,
                    ),
                ),
                ("matter", models.UUIDField(blank=True, null=True)),
                ("erasure", models.UUIDField(blank=True, null=True)),
                (
                    "words",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(1000)]
                    ),
                ),
                (
                    "answer",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(1000)]
                    ),
                ),
                ("old", foundation.vault.fields.EncryptedJSON(blank=True, null=True)),
                ("new", foundation.vault.fields.EncryptedJSON(blank=True, null=True)),
                (
                    "about",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(app_label)s_%(class)ss",
                        to="dossiers.dossier",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="requests",
                        to="consent.person",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
                    models.Index(fields=["person", "-received_at"], name="requests_of_person"),
                    models.Index(condition=models.Q(("stage", "open")), fields=["due_at"], name="requests_due"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ruling", "refused"), _negated=True),
                            models.Q(("decided_by", models.F("taken_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="refused_by_another_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ruling", "refused"), _negated=True),
                            models.Q(("refusal", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="refused_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stage__in", ("decided", "closed")), _negated=True),
                            models.Q(
                                models.Q(("ruling", ""), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stage", "closed"), _negated=True),
                            models.Q(
                                ("closed_at__isnull", False),
                                models.Q(models.Q(("told", ""), _negated=True), ("kind", "erasure"), _connector="OR"),
                            ),
                            _connector="OR",
                        ),
                        name="closed_means_answered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("about", None), ("person__isnull", False)),
                            models.Q(("kind__in", ("complaint", "feedback")), ("person", None)),
                            _connector="OR",
                        ),
                        name="voices_name_no_person",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="datasubjectrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="life_cycle",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."stage", \':\', NEW."stage") = ANY(\'{decided:closed,open:decided,open:taken_back}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."stage" IS DISTINCT FROM NEW."stage") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "stage" from "%" to "%" on table %\', OLD."stage", NEW."stage", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="ef23b966c3805c6aaff53c624dccc16c7dd34622",
                    operation="UPDATE",
                    pgid="pgtrigger_life_cycle_80e92",
                    table="consent_datasubjectrequest",
                    when="BEFORE",
                ),
            ),
        ),
        walls.wall(TABLE, reads="follow_dossier", writes="follow_dossier"),
        migrations.RunSQL(NOT_THE_ONE, migrations.RunSQL.noop),
    ]
