"""Signatures as the official libraries of Standard Webhooks 1.0 verify them, in Python and in JavaScript."""

import json
import os
import shutil
import subprocess
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from foundation.core.acting import acting
from foundation.outbox import delivery
from foundation.outbox.models import Message
from referrals import webhook_secrets, webhooks
from referrals.actions import endpoints as actions
from referrals.models import WebhookEndpoint
from tests import factories, partner

QUAYSIDE = "Quayside Legal Clinic"
HERE = Path(__file__).parent
NODE = shutil.which("node")
DAY = timedelta(hours=24)
pytestmark = pytest.mark.usefixtures("as_courier")


def registered(house, hook):
    made, secret = webhooks.register(house.partners[QUAYSIDE], hook.url)
    Message.objects.filter(event="endpoint.test").delete()
    return made, secret


def rotated(house, made, overlap=DAY):
    by = house.people["partner_worker"]
    with acting(by.pk):
        return actions.rotate(made, overlap, by=by)


def tell(made, number: int) -> None:
    message = delivery.add("webhook", "referral.updated", f"s:{number}", target_id=made.pk, reference=made.pk)
    assert delivery.deliver(message.pk)


def in_javascript(secret, headers, body: bytes) -> str:
    given = {"secret": secret, "headers": headers, "body": b64encode(body).decode()}
    done = subprocess.run(
        [str(NODE), HERE / "verify.js"], input=json.dumps(given), capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "NODE_PATH": str(HERE.parent / "vendor" / "js")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_while_secrets_overlap_both_sign_and_then_the_old_one_ends_by_itself(house):
    """Either program, the one with the old secret and the one with the new, verifies the same message."""
    with partner.listening() as hook:
        made, old = registered(house, hook)
        new = rotated(house, made)
        tell(made, 1)
        headers, body = hook.got[0]
        assert len(headers["webhook-signature"].split(" ")) == 2
        for secret in (old, new):
            assert Webhook(secret).verify(body, headers)
        with time_machine.travel(datetime.now(UTC) + DAY + timedelta(minutes=1)):
            tell(made, 2)
            headers, body = hook.got[1]
            assert Webhook(new).verify(body, headers)
            with pytest.raises(WebhookVerificationError):
                Webhook(old).verify(body, headers)
            assert len(headers["webhook-signature"].split(" ")) == 1
            assert webhook_secrets.forget_old() == 1
    made.refresh_from_db()
    assert (made.old_secret, made.old_until) == (None, None)


def test_a_secret_that_somebody_else_knows_ends_at_once(house):
    with partner.listening() as hook:
        made, old = registered(house, hook)
        new = rotated(house, made, timedelta(0))
        tell(made, 1)
        headers, body = hook.got[0]
        assert Webhook(new).verify(body, headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(old).verify(body, headers)


def test_a_second_exchange_keeps_the_last_two_only(house):
    with partner.listening() as hook:
        made, first = registered(house, hook)
        second, third = rotated(house, made), rotated(house, made)
        tell(made, 1)
        headers, body = hook.got[0]
        for secret in (second, third):
            assert Webhook(secret).verify(body, headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(first).verify(body, headers)


def test_both_secrets_are_sealed_and_follow_the_key_of_the_organisation(house):
    with partner.listening() as hook:
        made, old = registered(house, hook)
        new = rotated(house, made)
        row = WebhookEndpoint.objects.get(pk=made.pk)
        assert not any(
            known.encode() in bytes(column) for known in (old, new) for column in (row.secret, row.old_secret)
        )
        before = (bytes(row.secret), bytes(row.old_secret))
        assert webhook_secrets.renew(row.organisation_key_id, 10) == 1
        row.refresh_from_db()
        assert bytes(row.secret) != before[0]
        assert bytes(row.old_secret) != before[1]
        tell(made, 1)
        assert all(Webhook(secret).verify(*reversed(hook.got[0])) for secret in (old, new))


@pytest.mark.skipif(NODE is None, reason="there is no node here to run the library for JavaScript")
def test_the_official_library_for_javascript_verifies_them_and_refuses_what_was_changed(house):
    with partner.listening() as hook:
        made, old = registered(house, hook)
        new = rotated(house, made)
        factories.sent(house)
        assert delivery.deliver(Message.objects.get(channel="webhook", event="referral.sent").pk)
        headers, body = hook.got[0]
    assert in_javascript(new, headers, body) == "verified"
    assert in_javascript(old, headers, body) == "verified"
    assert in_javascript(new, headers, body.replace(b"sent", b"gone")) == "WebhookVerificationError"
    assert in_javascript("whsec_" + "A" * 43 + "=", headers, body) == "WebhookVerificationError"
    late = {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 3600)}
    assert in_javascript(new, late, body) == "WebhookVerificationError"
