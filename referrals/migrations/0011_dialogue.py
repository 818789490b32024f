"""The register of authorities, closed where dialogue must not be known of, and what is raised with them on a ground."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import foundation.vault.fields
import pgtrigger.compiler
import pgtrigger.migrations
import referrals.models.representation
import uuid
from django.conf import settings
from django.db import migrations, models

from foundation.core.db.policies import NEVER, policies
from foundation.dossiers import walls

KEPT = "s.role IN ('dialogue', 'manager')"
UP = """
CREATE FUNCTION referrals_raised_on_a_ground() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE rests_on uuid = coalesce(NEW.decision_id, NEW.exception_id);
        who uuid = (SELECT person_id FROM cases_case WHERE id = NEW.case_id);
BEGIN
    IF NEW.naming = 'identified' AND (jsonb_array_length(NEW.fields) = 0 OR NOT EXISTS (
        SELECT 1 FROM amparo_covers(who, 'raise_with_authority_identified', NEW.authority_id, NEW.fields, NEW.sent_at) c
         WHERE c.id = rests_on)) THEN
        RAISE EXCEPTION 'no authority is told of a person without a ground' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.naming = 'pseudonymised' AND NOT EXISTS (
        SELECT 1 FROM amparo_covers(who, 'raise_with_authority_unidentified', NEW.unit_id, '[]', NEW.sent_at) c
         WHERE c.id = rests_on) THEN
        RAISE EXCEPTION 'no matter is raised that the person did not agree to' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_ground BEFORE UPDATE ON referrals_representation
    FOR EACH ROW WHEN (OLD.sent_at IS NULL AND NEW.sent_at IS NOT NULL) EXECUTE FUNCTION referrals_raised_on_a_ground();
CREATE TRIGGER guard_ground_new BEFORE INSERT ON referrals_representation
    FOR EACH ROW WHEN (NEW.sent_at IS NOT NULL) EXECUTE FUNCTION referrals_raised_on_a_ground();

CREATE FUNCTION referrals_raised_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was raised stays written down' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER guard_stands BEFORE UPDATE ON referrals_representation FOR EACH ROW
    WHEN (OLD.sent_at IS NOT NULL AND (OLD.sent_at, OLD.authority_id, OLD.naming, OLD.fields, OLD.written_by_id,
          OLD.approved_by_id) IS DISTINCT FROM (NEW.sent_at, NEW.authority_id, NEW.naming, NEW.fields,
          NEW.written_by_id, NEW.approved_by_id)) EXECUTE FUNCTION referrals_raised_stands();
"""
DOWN = """
DROP TRIGGER guard_stands ON referrals_representation;
DROP TRIGGER guard_ground_new ON referrals_representation;
DROP TRIGGER guard_ground ON referrals_representation;
DROP FUNCTION referrals_raised_stands(), referrals_raised_on_a_ground();
"""


def seen(more: str = "(NOT referrals_authority.is_closed OR s.role IN ('dialogue', 'manager'))") -> str:
    """Whoever works for the National Society sees what is open; what is closed its keepers alone."""
    return f"""EXISTS (SELECT 1 FROM accounts_seat s JOIN accounts_unit u ON u.id = s.unit_id
  JOIN accounts_organisation o ON o.id = u.organisation_id
 WHERE o.id = referrals_authority.organisation_id AND o.kind = 'national_society'
   AND s.group_id = ANY ((SELECT amparo_groups((SELECT amparo_actor())))::int[]) AND {more})"""  # noqa: S608


def clerks_wall(table: str) -> migrations.RunSQL:
    """Who opens the folder; and the clerk, who holds no key of it, so that a consent that is taken back ends all of it."""
    opens = walls.seen(f"{table}.dossier_id", "view_dossier")
    both = f"({opens} OR (SELECT amparo_is_clerk()))"
    raised = policies(table, reads=both, adds=both, changes=both, removes=opens)
    keeper = walls.KEEPER.format(table=table)
    return migrations.RunSQL(f"{raised.sql}{keeper}", f"DROP POLICY keeper ON {table};{raised.reverse_sql}")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_roles_of_the_four_elements"),
        ("cases", "0011_dialogue"),
        ("consent", "0013_dialogue"),
        ("dossiers", "0010_dialogue"),
        ("referrals", "0010_assistance"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Authority",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ministry_interior", "Ministry of the interior"),
                            ("ministry_justice", "Ministry of justice"),
                            ("ministry_health", "Ministry of health"),
                            ("ministry_social", "Ministry of social affairs"),
                            ("ministry_education", "Ministry of education"),
                            ("ministry_migration", "Ministry or service for migration"),
                            ("police", "Police"),
                            ("border_guard", "Border guard"),
                            ("armed_forces", "Armed forces"),
                            ("prosecutor", "Prosecutor"),
                            ("court", "Court"),
                            ("detention_administration", "Administration of a prison or of immigration detention"),
                            ("local_authority", "Local or municipal authority"),
                            ("child_protection_authority", "Child-protection authority"),
                            ("guardianship_body", "Guardianship body"),
                            ("ombuds", "Ombudsperson or national human-rights institution"),
                            ("npm", "National mechanism for the prevention of torture"),
                            ("consulate", "Consulate"),
                            ("de_facto", "De facto authority"),
                            ("nsag", "Non-state armed group"),
                            ("international", "International body"),
                        ],
                        max_length=32,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("local", "Local"),
                            ("regional", "Regional"),
                            ("national", "National"),
                            ("foreign", "Of another country"),
                            ("international", "International"),
                        ],
                        max_length=16,
                    ),
                ),
                ("mandate", models.TextField(blank=True, validators=[django.core.validators.MaxLengthValidator(500)])),
                ("contact", models.CharField(blank=True, max_length=120)),
                (
                    "confidentiality",
                    models.CharField(
                        choices=[
                            ("open", "That we speak may be known"),
                            ("confidential", "What is said stays between us"),
                            ("strict", "That we speak at all stays between us"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "sources",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                    ),
                ),
                ("is_closed", models.BooleanField(default=False)),
                ("is_active", models.BooleanField(default=True)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
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
            name="Representation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "reference",
                    models.CharField(
                        default=referrals.models.representation.speech_reference, max_length=16, unique=True
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("local", "Local"),
                            ("regional", "Regional"),
                            ("national", "National"),
                            ("foreign", "Of another country"),
                            ("international", "International"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("individual", "The matter of one person"),
                            ("systemic", "A problem of many, naming nobody"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "naming",
                    models.CharField(
                        choices=[
                            ("identified", "The person is named"),
                            ("pseudonymised", "The matter is described, the person is not named"),
                            ("none", "Nobody is named or described"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "modality",
                    models.CharField(
                        choices=[
                            ("oral", "Orally"),
                            ("written", "In writing"),
                            ("meeting", "In a meeting"),
                            ("joint", "Jointly with another component or organisation"),
                        ],
                        max_length=10,
                    ),
                ),
                ("frameworks", models.JSONField(blank=True, default=list)),
                ("fields", models.JSONField(blank=True, default=list)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("appropriateness_check", "Possible and appropriate: examined"),
                            ("approval", "Waits for another person’s approval"),
                            ("returned", "Returned to whoever wrote it"),
                            ("sent", "Raised"),
                            ("response_awaited", "A response is awaited"),
                            ("answered", "Answered"),
                            ("no_reply", "No reply"),
                            ("followed_up", "Followed up"),
                            ("suspended", "Suspended"),
                            ("closed", "Closed"),
                        ],
                        default="draft",
                        max_length=24,
                    ),
                ),
                ("came_from", models.CharField(blank=True, max_length=24)),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reprisal_suspected", "Reprisals are suspected"),
                            ("consent_withdrawn", "The person took back the consent"),
                            ("not_possible", "It is not possible now"),
                            ("not_appropriate", "It is not appropriate"),
                            ("raised_elsewhere", "Somebody better placed raises it"),
                            ("settled", "The matter was settled otherwise"),
                            ("record_erased", "The record was erased"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "response",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("acknowledged", "It was acknowledged, no more"),
                            ("commitment", "Something was promised"),
                            ("action_taken", "Something was done"),
                            ("refused", "It was refused"),
                            ("negative_consequence", "Somebody was worse off for it"),
                        ],
                        max_length=24,
                    ),
                ),
                ("is_tested", models.BooleanField(default=False)),
                ("needs_clearance", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("status_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("watch_until", models.DateField(blank=True, null=True)),
                (
                    "content",
                    foundation.vault.fields.EncryptedText(validators=[django.core.validators.MaxLengthValidator(4000)]),
                ),
                ("test", foundation.vault.fields.EncryptedJSON(blank=True, null=True)),
                (
                    "reply",
                    foundation.vault.fields.EncryptedText(
                        blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(4000)]
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="referrals.authority"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="representations",
                        to="cases.case",
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cleared_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cleared_manager",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="consent.decision",
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
                    "exception",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="consent.exceptionaldisclosure",
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="representations",
                        to="cases.issue",
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
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Commitment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("due_on", models.DateField()),
                (
                    "kept",
                    models.CharField(
                        choices=[
                            ("open", "Still open"),
                            ("kept", "It was kept"),
                            ("partly", "It was kept in part"),
                            ("broken", "It was not kept"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "text",
                    foundation.vault.fields.EncryptedText(validators=[django.core.validators.MaxLengthValidator(4000)]),
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
                    "representation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="commitments",
                        to="referrals.representation",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RepresentationMove",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("verb", models.CharField(max_length=16)),
                ("from_status", models.CharField(max_length=24)),
                ("to_status", models.CharField(max_length=24)),
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
                    "representation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="referrals.representation",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="authority",
            constraint=models.UniqueConstraint(fields=("organisation", "name"), name="authority_name_in_organisation"),
        ),
        migrations.AddConstraint(
            model_name="authority",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_closed", True),
                    models.Q(
                        models.Q(("kind__in", ["de_facto", "nsag"]), _negated=True),
                        models.Q(("confidentiality", "strict"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="what_is_strict_is_closed",
            ),
        ),
        migrations.AddIndex(
            model_name="representation",
            index=models.Index(fields=["decision", "status"], name="speech_on_decision"),
        ),
        migrations.AddConstraint(
            model_name="representation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("basis", "individual"), ("case__isnull", False), ("issue", None)),
                    models.Q(("basis", "systemic"), ("case", None), ("issue__isnull", False)),
                    _connector="OR",
                ),
                name="speech_of_a_case_or_an_issue",
            ),
        ),
        migrations.AddConstraint(
            model_name="representation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("issue__isnull", False), ("naming", "none")),
                    models.Q(models.Q(("naming", "none"), _negated=True), ("case__isnull", False)),
                    _connector="OR",
                ),
                name="issues_name_nobody",
            ),
        ),
        migrations.AddConstraint(
            model_name="representation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by", None),
                    models.Q(("approved_by", models.F("written_by")), _negated=True),
                    _connector="OR",
                ),
                name="speech_needs_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="representation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sent_at", None), models.Q(("approved_by__isnull", False), ("is_tested", True)), _connector="OR"
                ),
                name="speech_was_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="representation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sent_at__isnull", False),
                    models.Q(
                        ("status__in", ("sent", "response_awaited", "answered", "no_reply", "followed_up")),
                        _negated=True,
                    ),
                    _connector="OR",
                ),
                name="said_speech_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="representation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sent_at", None), ("naming", "identified"), ("checked_by__isnull", False), _connector="OR"
                ),
                name="nobody_is_recognised",
            ),
        ),
        migrations.AddConstraint(
            model_name="representation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sent_at", None),
                    ("needs_clearance", False),
                    models.Q(("cleared_by__isnull", False), ("cleared_manager__isnull", False)),
                    _connector="OR",
                ),
                name="two_cleared_the_addressee",
            ),
        ),
        migrations.AddConstraint(
            model_name="representation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cleared_by", None),
                    ("cleared_manager", None),
                    models.Q(("cleared_by", models.F("cleared_manager")), _negated=True),
                    _connector="OR",
                ),
                name="clearance_of_two_people",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="representation",
            trigger=pgtrigger.compiler.Trigger(
                name="speech_life",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{answered:followed_up,answered:suspended,appropriateness_check:appropriateness_check,appropriateness_check:approval,appropriateness_check:closed,appropriateness_check:draft,appropriateness_check:suspended,approval:approval,approval:closed,approval:returned,approval:sent,approval:suspended,draft:appropriateness_check,draft:closed,draft:suspended,followed_up:closed,followed_up:suspended,no_reply:answered,no_reply:followed_up,no_reply:suspended,response_awaited:answered,response_awaited:no_reply,response_awaited:suspended,returned:appropriateness_check,returned:closed,returned:draft,returned:suspended,sent:answered,sent:no_reply,sent:response_awaited,sent:suspended,suspended:answered,suspended:appropriateness_check,suspended:approval,suspended:closed,suspended:draft,suspended:followed_up,suspended:no_reply,suspended:response_awaited,suspended:returned,suspended:sent}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="1dfad91e871032acccb78c785176df8fa7471c62",
                    operation="UPDATE",
                    pgid="pgtrigger_speech_life_3d14d",
                    table="referrals_representation",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="representationmove",
            index=models.Index(fields=["representation", "-at"], name="moves_of_speech"),
        ),
        clerks_wall("referrals_representation"),
        clerks_wall("referrals_representationmove"),
        walls.wall("referrals_commitment"),
        policies("referrals_authority", reads=seen(), adds=seen(KEPT), changes=seen(KEPT), removes=NEVER),
        migrations.RunSQL(UP, DOWN),
    ]
