"""Figures and reports: the tables."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_conduct"),
    ]

    operations = [
        migrations.CreateModel(
            name="FigureKey",
            fields=[
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.organisation",
                    ),
                ),
                ("organisation_key_id", models.UUIDField()),
                ("secret", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("quarter", models.DateField()),
                ("frozen_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("threshold", models.PositiveSmallIntegerField()),
                ("rule", models.CharField(max_length=8)),
                ("content", models.BinaryField()),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "quarter"), name="one_release_per_quarter"),
                    models.CheckConstraint(condition=models.Q(("threshold__gte", 3)), name="threshold_hides_something"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("month", models.DateField()),
                ("mark", models.BinaryField(unique=True)),
                ("cell", models.BinaryField()),
                ("n", models.PositiveIntegerField()),
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
                "indexes": [models.Index(fields=["unit", "month"], name="tallies_of_unit")],
            },
        ),
    ]
