"""Row-level security where the partner API keeps its books: addresses of webhooks, idempotency keys, tokens.

Tokens and clients are asked for before anybody acts: whoever does act sees none of them.
"""

from django.conf import settings
from django.db import migrations

from foundation.core.db.policies import ACTOR, NEVER, NOBODY, machine, policies

COURIER, CARETAKER = machine("courier"), machine("caretaker")
SHUT = {"reads": NEVER, "adds": NEVER, "changes": NEVER, "removes": NEVER}
OLD_KEY = f"{CARETAKER} AND created_at < statement_timestamp() - interval '24 hours'"
OLD_TOKEN = f"{CARETAKER} AND expires < statement_timestamp()"
UNUSED = ("grant", "refreshtoken", "idtoken", "devicegrant")


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0002_walls"),
        ("dossiers", "0004_lists"),
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
        ("guardian", "0003_remove_groupobjectpermission_guardian_gr_content_ae6aec_idx_and_more"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        policies("referrals_webhookendpoint", reads=COURIER, adds=COURIER, changes=COURIER, removes=COURIER),
        policies(
            "referrals_idempotencykey",
            reads=f"user_id = {ACTOR} OR {OLD_KEY}",
            adds=f"user_id = {ACTOR}",
            changes=f"user_id = {ACTOR}",
            removes=f"user_id = {ACTOR} OR {OLD_KEY}",
        ),
        policies(
            "oauth2_provider_accesstoken",
            reads=f"{NOBODY} OR {OLD_TOKEN}",
            adds=NOBODY,
            changes=NOBODY,
            removes=f"{NOBODY} OR {OLD_TOKEN}",
            binds_owner=False,
        ),
        policies(
            "oauth2_provider_application",
            reads=NOBODY,
            adds=NOBODY,
            changes=NOBODY,
            removes=NOBODY,
            binds_owner=False,
        ),
        *(policies(f"oauth2_provider_{name}", **SHUT, binds_owner=False) for name in UNUSED),
        # Guardian's own tables hold nothing here: access rows have tables of their own, and nobody writes into these.
        *(policies(f"guardian_{kind}objectpermission", **SHUT, binds_owner=False) for kind in ("user", "group")),
    ]
