"""The register of partners, and the directory in the shape of HSDS 3."""

import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0011_dialogue"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("signed_on", models.DateField()),
                ("valid_until", models.DateField()),
                ("max_tier", models.PositiveSmallIntegerField()),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="PartnerMove",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("verb", models.CharField(max_length=12)),
                ("from_status", models.CharField(blank=True, max_length=10)),
                ("to_status", models.CharField(max_length=10)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("agreement_breached", "The agreement was not kept"),
                            ("data_incident", "Data were lost or seen by others"),
                            ("safeguarding", "A safeguarding matter is being looked into"),
                            ("not_safe", "It is not safe for people to go there"),
                            ("told_authorities", "It tells authorities about people"),
                            ("no_capacity", "It cannot take anybody on for the time being"),
                            ("own_request", "It asked for this itself"),
                        ],
                        max_length=24,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="Vetting",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("answers", models.JSONField()),
                ("belongs_to", models.JSONField(blank=True, default=list)),
                ("notes", models.CharField(blank=True, max_length=500)),
                ("answered_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="partner",
            name="belongs_to",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="partner",
            name="data_sharing",
            field=models.CharField(
                blank=True,
                choices=[
                    ("never", "Never"),
                    ("general", "Figures only, nobody can be recognised"),
                    ("individual_with_consent", "About single people, if they agree"),
                    ("individual_without_consent", "About single people, without asking them"),
                ],
                max_length=28,
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="access",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="service",
            name="address",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="service",
            name="alert",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="service",
            name="attributes",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="service",
            name="capacity_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="capacity_available",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="capacity_maximum",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="changed_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="service",
            name="description",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="service",
            name="fees",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="service",
            name="hours",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="service",
            name="how_to",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="service",
            name="languages",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="service",
            name="location_type",
            field=models.CharField(
                choices=[
                    ("physical", "A place to go to"),
                    ("postal", "By letter"),
                    ("virtual", "By phone or online, or a place that is not told"),
                ],
                default="virtual",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="maximum_age",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="minimum_age",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="phone",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="service",
            name="status",
            field=models.CharField(
                choices=[
                    ("active", "Open"),
                    ("inactive", "Not open yet"),
                    ("temporarily closed", "Closed for a time"),
                    ("defunct", "Gone for good"),
                ],
                default="active",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="time_zone",
            field=models.CharField(default="UTC", max_length=40),
        ),
        migrations.AddField(
            model_name="service",
            name="verified_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(
            "UPDATE referrals_service SET status = 'inactive' WHERE NOT is_active", migrations.RunSQL.noop
        ),
        migrations.RemoveField(
            model_name="service",
            name="is_active",
        ),
        migrations.AlterField(
            model_name="partner",
            name="agreement_until",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="partner",
            name="status",
            field=models.CharField(
                choices=[
                    ("proposed", "Proposed"),
                    ("vetted", "Vetted"),
                    ("dsa_signed", "Agreement signed"),
                    ("active", "Active"),
                    ("suspended", "Suspended"),
                    ("ended", "Ended"),
                ],
                default="proposed",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="service",
            name="needs",
            field=models.JSONField(
                blank=True, default=list, help_text="Field codes beyond the preview that the service needs."
            ),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(fields=["service_type", "status"], name="services_of_a_kind"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="partner",
            trigger=pgtrigger.compiler.Trigger(
                name="partner_life_cycle",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{active:ended,active:suspended,dsa_signed:active,dsa_signed:ended,proposed:ended,proposed:vetted,suspended:active,suspended:ended,vetted:dsa_signed,vetted:ended}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="8572e7b31f01d700479681c716bb81d06c76f6cc",
                    operation="UPDATE",
                    pgid="pgtrigger_partner_life_cycle_a70b1",
                    table="referrals_partner",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("service_type__in", ("safe_shelter",)), _negated=True),
                    models.Q(("address", ""), ("location_type", "virtual")),
                    _connector="OR",
                ),
                name="no_address_of_a_safe_house",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minimum_age", None),
                    ("maximum_age", None),
                    ("maximum_age__gte", models.F("minimum_age")),
                    _connector="OR",
                ),
                name="ages_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("capacity_maximum", None),
                    ("capacity_available", None),
                    ("capacity_available__lte", models.F("capacity_maximum")),
                    _connector="OR",
                ),
                name="not_more_free_than_there_are",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="agreements", to="referrals.partner"
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="partnermove",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="partnermove",
            name="partner",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="moves",
                to="referrals.partner",
            ),
        ),
        migrations.AddField(
            model_name="vetting",
            name="answered_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="vetting",
            name="approved_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="vetting",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="vettings", to="referrals.partner"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(condition=models.Q(("max_tier__lte", 3)), name="agreed_tier_at_most_3"),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gt", models.F("signed_on"))), name="agreement_ends_after_it_begins"
            ),
        ),
        migrations.AddIndex(
            model_name="partnermove",
            index=models.Index(fields=["partner", "-at"], name="moves_of_partner"),
        ),
        migrations.AddConstraint(
            model_name="vetting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by", None),
                    models.Q(("approved_by", models.F("answered_by")), _negated=True),
                    _connector="OR",
                ),
                name="vetted_by_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="vetting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at", None), ("approved_by", None)),
                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                    _connector="OR",
                ),
                name="approved_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="vetting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("approved_at", None)), fields=("partner",), name="one_vetting_waits_per_partner"
            ),
        ),
    ]
