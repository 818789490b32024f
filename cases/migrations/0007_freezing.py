"""Why a case rests, and where it goes on from when an objection is settled."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_retention"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="came_from",
            field=models.CharField(
                blank=True,
                choices=[
                    ("new", "New"),
                    ("accepted", "Accepted"),
                    ("in_response", "In response"),
                    ("restricted", "Restricted: consent was taken back"),
                    ("erased", "Erased"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="restricted_for",
            field=models.CharField(
                blank=True,
                choices=[
                    ("consent", "Restricted: consent was taken back"),
                    ("objection", "Restricted: the person objected, and it is being decided"),
                ],
                max_length=10,
            ),
        ),
    ]
