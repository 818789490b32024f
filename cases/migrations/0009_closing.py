"""How a case ends, what was agreed with the person, and how a case changes hands."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import foundation.vault.fields
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_roles_of_the_four_elements"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("cases", "0008_life"),
        ("dossiers", "0009_office"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Conference",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("held_on", models.DateField()),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("is_person_asked", models.BooleanField()),
                (
                    "who",
                    foundation.vault.fields.EncryptedText(validators=[django.core.validators.MaxLengthValidator(300)]),
                ),
                (
                    "question",
                    foundation.vault.fields.EncryptedText(validators=[django.core.validators.MaxLengthValidator(2000)]),
                ),
                (
                    "advice",
                    foundation.vault.fields.EncryptedText(validators=[django.core.validators.MaxLengthValidator(2000)]),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conferences",
                        to="cases.case",
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
                    "written_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=16)),
                (
                    "urgency",
                    models.CharField(
                        choices=[("emergency", "Emergency"), ("urgent", "Urgent"), ("normal", "Normal")], max_length=10
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("other_owner", "Somebody else follows it up"),
                            ("other_unit", "Another unit takes it over"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("person_moved", "The person has moved there"),
                            ("person_wishes", "The person wishes it"),
                            ("other_skill", "It needs other knowledge or another language"),
                            ("too_many", "Too many cases"),
                            ("leaving", "Somebody leaves or is away for long"),
                            ("too_near", "Too near: a conflict of interest, or a safety risk for the worker"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "Waits for an answer"),
                            ("taken", "Taken on"),
                            ("declined", "Not taken on"),
                            ("taken_back", "No longer asked for"),
                        ],
                        default="asked",
                        max_length=12,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "declined_for",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("too_many", "Too many cases here"),
                            ("no_skill", "Nobody here has the knowledge that it needs"),
                            ("wrong_place", "It belongs to another unit"),
                            ("too_near", "Too near: a conflict of interest"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "asked_by",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hand_overs",
                        to="cases.case",
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
                    "from_unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                    ),
                ),
                (
                    "to_group",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="auth.group"),
                ),
                (
                    "to_unit",
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
            name="PlanStep",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "doer",
                    models.CharField(
                        choices=[
                            ("person", "The person"),
                            ("owner", "Who follows up the case"),
                            ("team", "Somebody else of our team"),
                            ("partner", "A partner organisation"),
                            ("community", "Family or community, as the person wishes"),
                        ],
                        max_length=10,
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("agreed", "Agreed"), ("done", "Done"), ("dropped", "No longer wanted")],
                        default="agreed",
                        max_length=8,
                    ),
                ),
                ("agreed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "what",
                    foundation.vault.fields.EncryptedText(validators=[django.core.validators.MaxLengthValidator(300)]),
                ),
                (
                    "why",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(300)]
                    ),
                ),
                (
                    "agreed_by",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="cases.case",
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
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Ceiling",
            fields=[
                (
                    "unit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="ceiling",
                        serialize=False,
                        to="accounts.unit",
                    ),
                ),
                ("most", models.PositiveSmallIntegerField()),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "set_by",
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
                    models.CheckConstraint(condition=models.Q(("most__gte", 1)), name="ceiling_of_one_at_least")
                ],
            },
        ),
        migrations.CreateModel(
            name="Closure",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("goals_met_risk_reduced", "What was agreed is reached, and the risk is lower"),
                            (
                                "needs_met_partially_person_satisfied",
                                "Reached in part, and the person is content with it",
                            ),
                            ("transferred_to_specialised_actor", "A specialised organisation goes on with it"),
                            ("person_requested_closure", "The person asks us to close it"),
                            ("consent_withdrawn", "The person took the consent back"),
                            (
                                "no_contact_after_n_attempts",
                                "The person could not be reached in spite of several safe attempts",
                            ),
                            ("relocated", "The person has moved away"),
                            ("reunified", "The family is together again"),
                            ("returned_or_repatriated", "The person has gone back, or was repatriated"),
                            ("deceased", "The person has died"),
                            ("no_protection_concern_after_assessment", "The assessment found no protection concern"),
                            ("outside_mandate_information_given", "Outside what we do; information was given"),
                            ("duplicate", "The same matter is followed up in another case"),
                            ("opened_in_error", "It was opened by mistake"),
                        ],
                        max_length=40,
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("safer", "Safer than at the beginning"),
                            ("partly", "Safer in some things, not in others"),
                            ("same", "The same as at the beginning"),
                            ("worse", "Less safe than at the beginning"),
                            ("unknown", "Not known"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "record_class",
                    models.CharField(
                        choices=[
                            ("concern", "A concern that is not taken further"),
                            ("case_adult", "The case of an adult"),
                            ("case_child", "The case of a child, or of somebody whose age is not known"),
                            ("consent_proof", "The proof of a consent, after the case"),
                            ("representation", "A representation to an authority"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "Waits for the second person"),
                            ("closed", "Closed"),
                            ("returned", "Given back: something is missing"),
                            ("taken_back", "No longer asked for"),
                        ],
                        default="asked",
                        max_length=12,
                    ),
                ),
                ("needs_second", models.BooleanField()),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "because",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(1000)]
                    ),
                ),
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
                (
                    "asked_by",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="closures", to="cases.case"
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
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="closure_needs_another_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "closed"), _negated=True),
                            ("needs_second", False),
                            ("decided_by__isnull", False),
                            _connector="OR",
                        ),
                        name="closure_was_agreed_to",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("result", "unknown"), _negated=True), ("because__isnull", False), _connector="OR"
                        ),
                        name="closure_says_why_unknown",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "asked")), fields=("case",), name="one_closure_at_a_time"
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="closure",
            trigger=pgtrigger.compiler.Trigger(
                name="closure_life",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{asked:closed,asked:returned,asked:taken_back}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="8b4a181c0746255b66aacd5ad56f6b67eaa0f0cc",
                    operation="UPDATE",
                    pgid="pgtrigger_closure_life_ec959",
                    table="cases_closure",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="closure",
            trigger=pgtrigger.compiler.Trigger(
                name="closure_as_asked",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."case_id" IS DISTINCT FROM (NEW."case_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."result" IS DISTINCT FROM (NEW."result") OR OLD."needs_second" IS DISTINCT FROM (NEW."needs_second") OR OLD."asked_by_id" IS DISTINCT FROM (NEW."asked_by_id") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="cc6a8f142e642144689d70a08f07dfea6a0a5e23",
                    operation="UPDATE",
                    pgid="pgtrigger_closure_as_asked_9ba37",
                    table="cases_closure",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="conference",
            index=models.Index(fields=["case", "-held_on"], name="conferences_of_case"),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None), models.Q(("decided_by", models.F("asked_by")), _negated=True), _connector="OR"
                ),
                name="hand_over_needs_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ("taken", "declined")), _negated=True),
                    ("decided_by__isnull", False),
                    _connector="OR",
                ),
                name="hand_over_was_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "asked")), fields=("case",), name="one_hand_over_at_a_time"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="handover",
            trigger=pgtrigger.compiler.Trigger(
                name="hand_life",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{asked:declined,asked:taken,asked:taken_back}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="3a6fb93a04359ed70205276bb35a6012c0d360de",
                    operation="UPDATE",
                    pgid="pgtrigger_hand_life_a314f",
                    table="cases_handover",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="planstep",
            index=models.Index(fields=["case", "agreed_at"], name="steps_of_case"),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("status", "agreed")),
                    models.Q(models.Q(("status", "agreed"), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="step_ended_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "dropped"), _negated=True), ("why__isnull", False), _connector="OR"
                ),
                name="step_dropped_for_a_reason",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="planstep",
            trigger=pgtrigger.compiler.Trigger(
                name="step_life",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{agreed:done,agreed:dropped}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="ab41f581b31697c62a056b13bfc47f08a00c19fb",
                    operation="UPDATE",
                    pgid="pgtrigger_step_life_b8652",
                    table="cases_planstep",
                    when="BEFORE",
                ),
            ),
        ),
    ]
