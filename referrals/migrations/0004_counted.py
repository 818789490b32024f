"""Whether a referral stands in the figures by age, sex and service."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0003_machines"),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="is_counted",
            field=models.BooleanField(default=False),
        ),
    ]
