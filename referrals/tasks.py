"""What the partner API leaves behind and nobody needs any more; how services answer."""

from celery import shared_task
from django.utils import timezone
from oauth2_provider.models import AccessToken, get_access_token_model

from foundation.core.machines import CARETAKER
from referrals.actions.measuring import measure_services
from referrals.api import idempotency


@shared_task(name="api.forget")
def forget() -> None:
    """Remove expired tokens and idempotency keys older than 24 hours."""
    model: type[AccessToken] = get_access_token_model()
    with CARETAKER.at_work():
        model.objects.filter(expires__lt=timezone.now()).delete()
    idempotency.forget_old()


@shared_task(name="referrals.measure")
def measure() -> None:
    """How services answered in the last 90 days."""
    measure_services()
