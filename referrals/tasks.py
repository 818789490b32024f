"""What the partner API leaves behind and nobody needs any more; how services answer."""

from celery import shared_task
from django.utils import timezone
from oauth2_provider.models import AccessToken, get_access_token_model

from foundation.core.machines import CARETAKER
from referrals.actions.ending import sweep_drafts
from referrals.actions.lapsing import sweep_agreements
from referrals.actions.measuring import measure_services
from referrals.actions.pathways import remind
from referrals.actions.watching import watch_endpoints
from referrals.api import idempotency
from referrals.models import UsedAssertion


@shared_task(name="api.forget")
def forget() -> None:
    """Remove expired tokens, used assertions that would no longer count, and idempotency keys older than 24 hours."""
    model: type[AccessToken] = get_access_token_model()
    with CARETAKER.at_work():
        model.objects.filter(expires__lt=timezone.now()).delete()
        UsedAssertion.objects.filter(until__lt=timezone.now()).delete()
    idempotency.forget_old()


@shared_task(name="referrals.measure")
def measure() -> None:
    """How services answered in the last 90 days."""
    measure_services()


@shared_task(name="referrals.agreements")
def agreements() -> None:
    """Put what is open at partners whose agreement has run out before the focal points."""
    sweep_agreements()


@shared_task(name="referrals.drafts")
def drafts() -> None:
    """Remind of drafts that nobody touched, and remove those that stayed so."""
    sweep_drafts()


@shared_task(name="referrals.remind_of_pathways")
def remind_of_pathways() -> None:
    """Tell of each pathway that must soon be looked at again."""
    remind()


@shared_task(name="referrals.endpoints")
def endpoints() -> None:
    """Look after the systems of partners that take messages."""
    watch_endpoints()
