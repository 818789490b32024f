"""What people do about the endpoints of a partner: who keeps the register, and the partner's own workers.

Only the courier sees endpoints and messages: what a seat allows is done in its name, and the trail names the person.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import Organisation, User
from foundation.audit import trail
from foundation.core.errors import Absent, Refused, WrongState
from foundation.core.machines import COURIER
from foundation.outbox import delivery
from foundation.outbox.delivery import DeliveryError
from foundation.outbox.models import Line, Message, Status
from referrals import webhook_secrets, webhooks
from referrals.actions.partners import require_api
from referrals.models import WebhookEndpoint
from referrals.policy import tends

OVERLAPS = (timedelta(0), timedelta(hours=24), timedelta(days=3), timedelta(days=7), timedelta(days=14))
MOST = 5
"""Endpoints of one partner in use."""


def require_tender(by: User, organisation: UUID) -> None:
    """``Absent`` unless the person keeps the register or works for the partner: of others' systems nobody learns."""
    if not tends(by, organisation):
        raise Absent("record.absent", _("There is nothing at this address."))


@transaction.atomic
def add(organisation: Organisation, url: str, *, by: User) -> tuple[WebhookEndpoint, str]:
    """A new endpoint and its secret, which is shown once. ``Refused`` with the field ``url`` if we would never call it."""
    require_tender(by, organisation.pk)
    if len(webhooks.endpoints_of(organisation.pk)) >= MOST:
        raise Refused("endpoint.most", _("Five addresses are in use already. Switch one off first."), field="url")
    try:
        endpoint, secret = webhooks.register(organisation, url)
    except (DeliveryError, ValidationError) as problem:
        said = _(
            "Messages do not go to this address. It must be https, on the open internet, without a name or password."
        )
        raise Refused("endpoint.url", said, field="url") from problem
    trail.record("webhook.added", subject=endpoint.pk, organisation=organisation.pk)
    return endpoint, secret


@transaction.atomic
def switch_off(endpoint: WebhookEndpoint, *, by: User) -> None:
    """Nothing more is sent there. ``WrongState`` if it is off already."""
    require_tender(by, endpoint.organisation_id)
    if not webhooks.switch_off({endpoint.pk}):
        raise WrongState("endpoint.off", _("It is switched off already."))
    trail.record("webhook.switched_off", subject=endpoint.pk, because="by_hand")


@transaction.atomic
def switch_on(endpoint: WebhookEndpoint, *, by: User) -> None:
    """Messages go there again from now on; what failed meanwhile can be replayed."""
    require_tender(by, endpoint.organisation_id)
    require_api(endpoint.organisation)
    with COURIER.at_work():
        rows = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_active=False)
        n = rows.update(is_active=True, off_because="")
        Line.objects.filter(pk=endpoint.pk).update(closed_until=None, failing_since=None, n_failures=0)
    if not n:
        raise WrongState("endpoint.on", _("It is in use already."))
    trail.record("webhook.switched_on", subject=endpoint.pk)


@transaction.atomic
def rotate(endpoint: WebhookEndpoint, overlap: timedelta, *, by: User) -> str:
    """A new secret, shown once. The one before signs too until the overlap is over, then ends by itself."""
    _require_ready(endpoint, by)
    if overlap not in OVERLAPS:
        raise Refused("endpoint.overlap", _("Choose one of the times."), field="overlap")
    with COURIER.at_work():
        locked = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
        secret = webhook_secrets.exchange(locked, overlap)
    trail.record("webhook.rotated", subject=endpoint.pk, hours=int(overlap.total_seconds() // 3600))
    return secret


@transaction.atomic
def send_test(endpoint: WebhookEndpoint, *, by: User) -> None:
    """An ``endpoint.test`` at once, whatever rests there. One at a time."""
    _require_ready(endpoint, by)
    with COURIER.at_work():
        WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
        waiting = Message.objects.filter(target_id=endpoint.pk, event="endpoint.test", status=Status.PENDING)
        if waiting.exists():
            raise WrongState("endpoint.tested", _("A test is on its way already."))
        Line.objects.reopen([endpoint.pk])
        webhooks.send_test(endpoint, str(uuid4()))
    trail.record("webhook.tested", subject=endpoint.pk)


@transaction.atomic
def replay(endpoint: WebhookEndpoint, message: UUID, *, by: User) -> None:
    """Send one message of this endpoint again, with its own ``webhook-id``. ``WrongState`` while it waits anyway."""
    _require_ready(endpoint, by)
    with COURIER.at_work():
        rows = Message.objects.filter(pk=message, target_id=endpoint.pk)
        if not rows.exists():
            raise Absent("record.absent", _("There is nothing at this address."))
        if not rows.replay():
            raise WrongState("message.waiting", _("This message is on its way already."))
        delivery.wake(message)
    trail.record("webhook.replayed", subject=endpoint.pk, n=1)


@transaction.atomic
def replay_failed(endpoint: WebhookEndpoint, since: datetime, *, by: User) -> int:
    """The same for everything that failed since then, in its order; how many."""
    _require_ready(endpoint, by)
    with COURIER.at_work():
        n = Message.objects.filter(target_id=endpoint.pk, status=Status.FAILED, created_at__gte=since).replay()
    trail.record("webhook.replayed", subject=endpoint.pk, n=n)
    return n


def _require_ready(endpoint: WebhookEndpoint, by: User) -> None:
    """The seat, the partnership and the assessment (HS-25), and that the endpoint is in use."""
    require_tender(by, endpoint.organisation_id)
    require_api(endpoint.organisation)
    if not endpoint.is_active:
        raise Refused("endpoint.off", _("It is switched off. Switch it on first."))
