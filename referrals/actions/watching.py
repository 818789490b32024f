"""What is done about endpoints while nobody looks: the log ends after 30 days, old secrets go, the dead are switched off.

Who keeps the register and the partner's own people are told in the usual neutral words: once when an endpoint is
switched off, and at most once a day that messages do not arrive.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import Appointment, Role, User
from foundation.audit import trail
from foundation.core.machines import COURIER
from foundation.outbox import delivery
from foundation.outbox.models import Line, Message, Status
from referrals import webhook_secrets, webhooks
from referrals.models import Off, WebhookAttempt, WebhookEndpoint
from referrals.partnership import PartnerStatus
from referrals.policy import KEEPERS

KEPT = timedelta(days=30)
ENOUGH = 5
"""Failures one after the other, below which nothing is switched off: one attempt in vain says little."""


def watch_endpoints() -> None:
    """Everything of the above, as the courier."""
    with COURIER.at_work():
        WebhookAttempt.objects.filter(at__lt=timezone.now() - KEPT).delete()
        webhook_secrets.forget_old()
        for endpoint in _dead():
            _switch_off(endpoint)
        for organisation in _failing():
            day = timezone.now().date()
            delivery.tell(concerned(organisation), "webhook.failing", f"webhook.failing:{organisation}:{day}")


def _dead() -> list[WebhookEndpoint]:
    """In use, and for days nothing arrived there."""
    since = timezone.now() - timedelta(days=settings.WEBHOOK_DAYS)
    lines = Line.objects.filter(failing_since__lt=since, n_failures__gte=ENOUGH)
    return list(WebhookEndpoint.objects.filter(is_active=True, pk__in=lines.values("pk")))


@transaction.atomic
def _switch_off(endpoint: WebhookEndpoint) -> None:
    if webhooks.switch_off({endpoint.pk}, Off.FAILING):
        trail.record("webhook.switched_off", subject=endpoint.pk, because=str(Off.FAILING))
        slot = f"webhook.off:{endpoint.pk}:{timezone.now():%s}"
        delivery.tell(concerned(endpoint.organisation_id), "webhook.off", slot)


def _failing() -> set[UUID]:
    """Partners where something failed for good in the last day, or goes on failing now."""
    yesterday = timezone.now() - timedelta(days=1)
    lines = Line.objects.filter(n_failures__gte=ENOUGH).values("pk")
    failed = Message.objects.filter(channel="webhook", status=Status.FAILED, created_at__gt=yesterday).values(
        "target_id"
    )
    rows = WebhookEndpoint.objects.filter(is_active=True, organisation__partner__status=PartnerStatus.ACTIVE)
    return {row.organisation_id for row in rows.filter(pk__in=lines) | rows.filter(pk__in=failed)}


def concerned(organisation: UUID) -> list[User]:
    """Who keeps the register, and who works for the partner; no machine."""
    rows = Appointment.objects.present().filter(user__is_machine=False)
    keeping = rows.filter(seat__role__in=KEEPERS)
    own = rows.filter(seat__role=Role.PARTNER_WORKER, seat__unit__organisation=organisation)
    return list({row.user_id: row.user for row in (keeping | own).select_related("user")}.values())
