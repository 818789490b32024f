"""Drafts that nobody finished do not stay (domain.md §4.3: a concern not taken further, 30 days)."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from cases import actions, erasing
from cases.actions import expiry, keeping, safeguarding_lists
from cases.models import Concern
from cases.states import ConcernStatus
from foundation.core.acting import acting
from foundation.dossiers import clerk


@shared_task(name="cases.remove_old_drafts")
def remove_old_drafts() -> None:
    """Discard each old draft in its author's name: nobody else opens its folder."""
    limit = timezone.now() - timedelta(days=settings.DRAFT_DAYS)
    with clerk.as_clerk():
        old = list(Concern.objects.filter(status=ConcernStatus.DRAFT, saved_at__lt=limit).select_related("reporter"))
    for concern in old:
        with acting(concern.reporter_id):
            actions.discard(concern, by=concern.reporter)


@shared_task(name="cases.retain")
def retain() -> None:
    """Ask about what nears the end of its time, and end what has run out."""
    keeping.sweep()


@shared_task(name="cases.keep_safeguarding")
def keep_safeguarding() -> None:
    """Bring the lists of reports about our own people up to date, and end what was kept long enough."""
    safeguarding_lists.sweep()


@shared_task(name="cases.finish_erasures")
def finish_erasures() -> None:
    """Go on with erasures that were agreed to and interrupted."""
    erasing.sweep()


@shared_task(name="cases.remind_of_consent")
def remind_of_consent() -> None:
    """Put on the owners' work lists where consent is old or ends (W-07)."""
    expiry.sweep()
