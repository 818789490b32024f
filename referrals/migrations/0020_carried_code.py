"""A code that the person carries to the partner: its keyed hash, until when it counts, when it arrived."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0019_published_pathways"),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="arrived_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="referral",
            name="code_hash",
            field=models.BinaryField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="referral",
            name="code_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="referral",
            name="channel",
            field=models.CharField(
                choices=[
                    ("system", "Here: the partner reads it on its page or in its own system"),
                    ("phone", "By phone: I tell them, and write down what they answer"),
                    ("in_person", "In person: I go along, or tell them there"),
                    ("paper", "On paper: the person carries it, if that is safe"),
                    ("carried", "By a code: the person says it there, if carrying it is safe"),
                ],
                default="system",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("code_hash__isnull", False)), fields=["recipient"], name="codes_of_recipient"
            ),
        ),
    ]
