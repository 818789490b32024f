"""Who may learn something may be an authority."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0012_capacity"),
    ]

    operations = [
        migrations.AlterField(
            model_name="decision",
            name="recipient_kind",
            field=models.CharField(
                choices=[
                    ("unit", "A unit of the National Society"),
                    ("service", "A service of a partner organisation"),
                    ("authority", "An authority"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="exceptionaldisclosure",
            name="recipient_kind",
            field=models.CharField(
                choices=[
                    ("unit", "A unit of the National Society"),
                    ("service", "A service of a partner organisation"),
                    ("authority", "An authority"),
                ],
                max_length=12,
            ),
        ),
    ]
