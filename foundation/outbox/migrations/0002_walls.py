"""Messages name ids and recipients: only the courier sees them, everybody who acts may add one. Notices are one's own."""

from django.db import migrations

from foundation.core.db.policies import ACTOR, SOMEBODY, machine, policies

COURIER = machine("courier")


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_tables"), ("dossiers", "0004_lists")]
    operations = [
        policies("outbox_message", reads=COURIER, adds=SOMEBODY, changes=COURIER, removes=COURIER),
        policies(
            "outbox_notice",
            reads=f"user_id = {ACTOR} OR {COURIER}",
            adds=COURIER,
            changes=f"user_id = {ACTOR}",
            removes=COURIER,
        ),
    ]
