"""Folders of issues and of reports of harm."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0009_office"),
    ]

    operations = [
        migrations.AlterField(
            model_name="dossier",
            name="kind",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("concern", "Concern"),
                    ("case", "Case"),
                    ("package", "Package"),
                    ("export", "Export"),
                    ("book", "Book"),
                    ("request", "Request"),
                    ("shelf", "Shelf"),
                    ("incident", "Incident"),
                    ("issue", "Issue"),
                    ("harm", "Harm"),
                ],
                max_length=8,
            ),
        ),
    ]
