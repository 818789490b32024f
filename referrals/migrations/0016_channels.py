"""How the partner is told, and what the person said of the help."""

import foundation.vault.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0015_open_case"),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="channel",
            field=models.CharField(
                choices=[
                    ("system", "Here: the partner reads it on its page or in its own system"),
                    ("phone", "By phone: I tell them, and write down what they answer"),
                    ("in_person", "In person: I go along, or tell them there"),
                    ("paper", "On paper: the person carries it, if that is safe"),
                ],
                default="system",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="feedback",
            field=foundation.vault.fields.EncryptedJSON(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="referral",
            name="is_reopened",
            field=models.BooleanField(default=False),
        ),
    ]
