"""Erasures of cases, and the wall before them: who opens the case, who asked, who may decide, the clerk."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from foundation.dossiers import walls

TABLE = "cases_erasure"
SEEN = f"""({walls.seen(f"{TABLE}.dossier_id", "view_dossier")}
  OR (SELECT amparo_is_clerk())
  OR ({TABLE}.requested_by_id = (SELECT amparo_actor())
      AND (SELECT cardinality(amparo_groups((SELECT amparo_actor()))) > 0))
  OR {TABLE}.deciders && ((SELECT amparo_groups((SELECT amparo_actor())))::int[]))"""
UP = f"""
ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY;
CREATE POLICY reads ON {TABLE} FOR SELECT USING ({SEEN});
CREATE POLICY adds ON {TABLE} FOR INSERT WITH CHECK ({walls.seen(f"{TABLE}.dossier_id", "view_dossier")});
CREATE POLICY changes ON {TABLE} FOR UPDATE USING ({SEEN}) WITH CHECK ({SEEN});
CREATE POLICY removes ON {TABLE} FOR DELETE USING (false);
"""
DOWN = f"""
DROP POLICY reads ON {TABLE}; DROP POLICY adds ON {TABLE}; DROP POLICY changes ON {TABLE};
DROP POLICY removes ON {TABLE};
ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_codes"),
        ("cases", "0003_walls"),
        ("dossiers", "0003_ledger"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="case",
            name="status",
            field=models.CharField(
                choices=[
                    ("new", "New"),
                    ("accepted", "Accepted"),
                    ("in_response", "In response"),
                    ("restricted", "Restricted: consent was taken back"),
                    ("erased", "Erased"),
                ],
                default="new",
                max_length=12,
            ),
        ),
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
                    ("erased", "Erased"),
                ],
                default="draft",
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=16)),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("person_asked", "The person asked for it"),
                            (
                                "consent_withdrawn",
                                "The person took back the consent, and nothing else allows us to keep it",
                            ),
                            ("objection_upheld", "The person objected, and was right"),
                            ("retention_ended", "The time for keeping it is over"),
                            ("opened_in_error", "It should never have been opened"),
                            ("legal_obligation", "The law requires it"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Waits for the second person"),
                            ("authorised", "Being carried out"),
                            ("done", "Erased"),
                            ("refused", "Not agreed to"),
                            ("taken_back", "No longer asked for"),
                        ],
                        default="requested",
                        max_length=12,
                    ),
                ),
                ("deciders", django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                ("requested_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
                ("problem", models.CharField(blank=True, max_length=40)),
                ("folders", models.JSONField(blank=True, default=list)),
                ("certificate", models.JSONField(blank=True, null=True)),
                ("key_version", models.PositiveIntegerField(blank=True, null=True)),
                ("signature", models.BinaryField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="erasures",
                        to="cases.case",
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
                    "decided_seat",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.seat",
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
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "requested_seat",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.seat",
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
                "indexes": [models.Index(fields=["-requested_at"], name="newest_erasures")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="erasure_needs_another_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ("authorised", "done")), _negated=True),
                            ("decided_by__isnull", False),
                            _connector="OR",
                        ),
                        name="erasure_was_agreed_to",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "done"), _negated=True),
                            models.Q(("certificate__isnull", False), ("signature__isnull", False)),
                            _connector="OR",
                        ),
                        name="erasure_has_a_certificate",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("requested", "authorised"))),
                        fields=("dossier",),
                        name="one_erasure_at_a_time",
                    ),
                ],
            },
        ),
        migrations.RunSQL(UP, DOWN),
    ]
