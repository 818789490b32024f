"""Issues without a person, what is known and done about them, lessons, and reports of harm; each behind its wall."""

import cases.models.issue
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
from foundation.dossiers import walls

OURS = """EXISTS (SELECT 1 FROM accounts_seat s JOIN accounts_unit u ON u.id = s.unit_id
  JOIN accounts_organisation o ON o.id = u.organisation_id
 WHERE o.id = cases_lessonlearned.organisation_id AND o.kind = 'national_society'
   AND s.group_id = ANY ((SELECT amparo_groups((SELECT amparo_actor())))::int[]))"""


def link_wall() -> migrations.RunSQL:
    """Who opens the case; and the clerk, who counts how many stand behind an issue and opens none (HS-15)."""
    opens = walls.seen("cases_issuelink.dossier_id", "view_dossier")
    clerk = "(SELECT amparo_is_clerk())"
    raised = policies("cases_issuelink", reads=f"({opens} OR {clerk})", adds=opens, changes=opens, removes=opens)
    keeper = walls.KEEPER.format(table="cases_issuelink")
    return migrations.RunSQL(f"{raised.sql}{keeper}", f"DROP POLICY keeper ON cases_issuelink;{raised.reverse_sql}")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_roles_of_the_four_elements"),
        ("cases", "0010_closed"),
        ("dossiers", "0010_dialogue"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Issue",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(default=cases.models.issue.issue_code, max_length=16, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("identified", "Identified"),
                            ("analysed", "Analysed"),
                            ("strategy", "Strategy agreed"),
                            ("in_dialogue", "In dialogue or advocacy"),
                            ("outcome_assessed", "Outcome assessed"),
                            ("dormant", "Dormant"),
                            ("closed", "Closed"),
                        ],
                        default="identified",
                        max_length=20,
                    ),
                ),
                ("came_from", models.CharField(blank=True, max_length=20)),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("status_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("risks", models.JSONField(blank=True, default=list)),
                ("groups", models.JSONField(blank=True, default=list)),
                ("drivers", models.JSONField(blank=True, default=list)),
                ("rights", models.JSONField(blank=True, default=list)),
                ("frameworks", models.JSONField(blank=True, default=list)),
                ("bearing", models.JSONField(blank=True, default=list)),
                ("has_context", models.BooleanField(default=False)),
                (
                    "change",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reduced", "The risk is smaller"),
                            ("unchanged", "Nothing has changed"),
                            ("increased", "The risk is greater"),
                            ("unknown", "Not known"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "title",
                    foundation.vault.fields.EncryptedText(validators=[django.core.validators.MaxLengthValidator(120)]),
                ),
                (
                    "description",
                    foundation.vault.fields.EncryptedText(validators=[django.core.validators.MaxLengthValidator(4000)]),
                ),
                (
                    "areas",
                    foundation.vault.fields.EncryptedText(validators=[django.core.validators.MaxLengthValidator(300)]),
                ),
                (
                    "analysis",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(4000)]
                    ),
                ),
                (
                    "strategy",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(4000)]
                    ),
                ),
                (
                    "outcome",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(4000)]
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
            name="AdvocacyAction",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("law", "A law"),
                            ("policy", "A policy"),
                            ("practice", "A practice"),
                            ("social_norm", "A social norm"),
                            ("behaviour", "Behaviour"),
                            ("international_guidance", "International guidance"),
                        ],
                        max_length=24,
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True)),
                ("done_on", models.DateField(blank=True, null=True)),
                ("planned_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "text",
                    foundation.vault.fields.EncryptedText(validators=[django.core.validators.MaxLengthValidator(1000)]),
                ),
                (
                    "result",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(1000)]
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
                    "planned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="actions", to="cases.issue"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="IssueEvidence",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("community", "Said in a meeting with the community"),
                            ("observation", "Seen by our teams"),
                            ("report", "A published report"),
                            ("law", "A law, a decision, a practice of an authority"),
                            ("figures", "Figures without names"),
                            ("partner", "From another organisation, without names"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "reliability",
                    models.CharField(
                        choices=[
                            ("A", "A: reliable"),
                            ("B", "B: usually reliable"),
                            ("C", "C: fairly reliable"),
                            ("D", "D: not usually reliable"),
                            ("E", "E: unreliable"),
                            ("F", "F: cannot be judged"),
                        ],
                        max_length=1,
                    ),
                ),
                (
                    "info_status",
                    models.CharField(
                        choices=[
                            ("reported", "Reported"),
                            ("corroborated", "Corroborated by another source"),
                            ("verified", "Verified"),
                            ("doubtful", "Doubtful"),
                        ],
                        max_length=12,
                    ),
                ),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "text",
                    foundation.vault.fields.EncryptedText(validators=[django.core.validators.MaxLengthValidator(1000)]),
                ),
                (
                    "added_by",
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
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="evidence", to="cases.issue"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="IssueLink",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("linked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="issue_links",
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
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="links", to="cases.issue"
                    ),
                ),
                (
                    "linked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IssueMove",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("verb", models.CharField(max_length=20)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "note",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(4000)]
                    ),
                ),
                (
                    "actor",
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
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="moves", to="cases.issue"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LessonLearned",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("good_practice", "Something that worked"),
                            ("mistake", "Something that went wrong"),
                            ("gap", "Something that was missing"),
                            ("dialogue", "Dialogue with authorities"),
                            ("consent", "Consent and confidentiality"),
                            ("referral", "Referral and partners"),
                            ("safety", "Safety of people and teams"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                    ),
                ),
                ("text", models.TextField(validators=[django.core.validators.MaxLengthValidator(2000)])),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HarmReport",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(default=cases.models.issue.issue_code, max_length=16, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("exposed", "Somebody became known who should not have"),
                            ("reprisal", "Somebody was punished or threatened"),
                            ("stigma", "Somebody was stigmatised or shut out"),
                            ("tension", "Tension between groups"),
                            ("delay", "Help came too late or not at all"),
                            ("bad_service", "A service did harm"),
                            ("other", "Something else"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("reported", "Reported"),
                            ("taken_on", "Being looked into"),
                            ("closed", "Closed, with what we changed"),
                        ],
                        default="reported",
                        max_length=12,
                    ),
                ),
                ("reported_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "text",
                    foundation.vault.fields.EncryptedText(validators=[django.core.validators.MaxLengthValidator(4000)]),
                ),
                (
                    "notes",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(4000)]
                    ),
                ),
                (
                    "changed",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(4000)]
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
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(app_label)s_%(class)ss",
                        to="dossiers.dossier",
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "closed"), _negated=True),
                            models.Q(("closed_at__isnull", False), ("closed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="harm_was_answered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_by", None),
                            models.Q(("closed_by", models.F("reported_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="harm_needs_another_person",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="harmreport",
            trigger=pgtrigger.compiler.Trigger(
                name="harm_life",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{reported:taken_on,taken_on:closed}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="e1caee15c91ae88a16bf144840a73b664bf3af89",
                    operation="UPDATE",
                    pgid="pgtrigger_harm_life_09e5a",
                    table="cases_harmreport",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="issue",
            trigger=pgtrigger.compiler.Trigger(
                name="issue_life",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{analysed:analysed,analysed:dormant,analysed:in_dialogue,analysed:strategy,dormant:analysed,dormant:closed,dormant:identified,dormant:in_dialogue,dormant:outcome_assessed,dormant:strategy,identified:analysed,identified:closed,identified:dormant,in_dialogue:dormant,in_dialogue:outcome_assessed,outcome_assessed:closed,outcome_assessed:dormant,outcome_assessed:in_dialogue,strategy:dormant,strategy:in_dialogue}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="6b3ca0b7ffa2278c8ff318833a965b9dd7a8889b",
                    operation="UPDATE",
                    pgid="pgtrigger_issue_life_99a19",
                    table="cases_issue",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="issuelink",
            constraint=models.UniqueConstraint(fields=("case", "issue"), name="case_linked_once"),
        ),
        migrations.AddConstraint(
            model_name="lessonlearned",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("released_at", None), ("released_by", None)),
                    models.Q(
                        ("released_at__isnull", False),
                        ("released_by__isnull", False),
                        models.Q(("released_by", models.F("written_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="lesson_needs_another_person",
            ),
        ),
        *(
            walls.wall(f"cases_{name}")
            for name in ("issue", "issuemove", "issueevidence", "advocacyaction", "harmreport")
        ),
        link_wall(),
        policies("cases_lessonlearned", reads=OURS, adds=OURS, changes=OURS, removes=NEVER),
    ]
