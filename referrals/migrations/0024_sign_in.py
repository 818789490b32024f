"""What partners' programs sign in with: secrets that end, public keys, used assertions. Asked for before anybody acts.

A program is kept only for a partner whose interface was assessed (HS-25), by the function of ``0008_assessed``. Secrets that
were given out before go on.
"""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from foundation.core.db.policies import NEVER, NOBODY, machine, policies

OLD = f"{machine('caretaker')} AND until < statement_timestamp()"
KNOWN = """
INSERT INTO referrals_client (id, application_id, organisation_id, needs_key, made_at)
    SELECT DISTINCT ON (a.id) gen_random_uuid(), a.id, u.organisation_id, false, a.created
      FROM oauth2_provider_application a
      JOIN accounts_appointment p ON p.user_id = a.user_id
      JOIN accounts_seat s ON s.id = p.seat_id
      JOIN accounts_unit u ON u.id = s.unit_id
     ORDER BY a.id, p.valid_from DESC;
INSERT INTO referrals_clientsecret (id, client_id, digest, made_at)
    SELECT gen_random_uuid(), c.id, a.client_secret, a.created
      FROM referrals_client c JOIN oauth2_provider_application a ON a.id = c.application_id;
SET CONSTRAINTS ALL IMMEDIATE;
"""
ASSESSED = """
CREATE TRIGGER assessed BEFORE INSERT ON referrals_client
    FOR EACH ROW EXECUTE FUNCTION amparo_require_api_assessed();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_specialised"),
        ("referrals", "0023_items"),
        migrations.swappable_dependency(settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Client",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("needs_key", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="clients", to="accounts.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClientSecret",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=255)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("used_on", models.DateField(blank=True, null=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="secrets", to="referrals.client"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClientKey",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kid", models.CharField(max_length=100)),
                ("alg", models.CharField(max_length=10)),
                ("jwk", models.JSONField()),
                ("thumbprint", models.CharField(max_length=43, unique=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("used_on", models.DateField(blank=True, null=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="keys", to="referrals.client"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("client", "kid"), name="one_key_of_an_id")],
            },
        ),
        migrations.CreateModel(
            name="UsedAssertion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField()),
                ("until", models.DateTimeField(db_index=True)),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="referrals.client",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("client", "digest"), name="one_use_of_an_assertion")],
            },
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
        migrations.RunSQL(ASSESSED, "DROP TRIGGER assessed ON referrals_client"),
        *(
            policies(f"referrals_{name}", reads=NOBODY, adds=NOBODY, changes=NOBODY, removes=NOBODY)
            for name in ("client", "clientsecret", "clientkey")
        ),
        policies(
            "referrals_usedassertion",
            reads=f"{NOBODY} OR {OLD}",
            adds=NOBODY,
            changes=NEVER,
            removes=f"{NOBODY} OR {OLD}",
        ),
    ]
