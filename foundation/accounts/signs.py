"""Signing in and out and second factors, in the trail."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import authentication_step_completed
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models.signals import pre_delete
from django.utils.translation import gettext as _

from foundation.accounts import factors, gate
from foundation.audit import trail
from foundation.core.errors import Refused


def _began(sender: Any, user: Any, **kwargs: Any) -> None:
    with transaction.atomic():
        trail.record("session.began", user=user.pk)


def _ended(sender: Any, user: Any, **kwargs: Any) -> None:
    if user is not None:
        with transaction.atomic():
            trail.record("session.ended", user=user.pk)


def _refused(sender: Any, **kwargs: Any) -> None:
    with transaction.atomic():
        trail.record("session.refused")


def _factor_added(sender: Any, request: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
    if authenticator.type in factors.SECOND:  # whoever has just set it up has shown that they hold it
        record_authentication(request, user, "mfa", id=authenticator.pk, type=str(authenticator.type))
    with transaction.atomic():
        trail.record("factor.added", user=user.pk, kind=authenticator.type)


def _factor_removed(sender: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
    with transaction.atomic():
        trail.record("factor.removed", user=user.pk, kind=authenticator.type)


def _factor_renewed(sender: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
    with transaction.atomic():
        trail.record("factor.renewed", user=user.pk, kind=authenticator.type)


def _factor_used(sender: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
    with transaction.atomic():
        trail.record("factor.used", user=user.pk, kind=authenticator.type, again=kwargs.get("reauthenticated", False))


def _factor_refused(sender: Any, user: Any, **kwargs: Any) -> None:
    with transaction.atomic():
        trail.record("factor.refused", user=user.pk)


def _factor_goes(sender: Any, instance: Any, **kwargs: Any) -> None:
    """The last factor of a seat that needs one stays: whoever loses the device goes the way that needs two people."""
    mine = sender.objects.filter(user_id=instance.user_id, type__in=factors.SECOND)
    is_last = instance.type in factors.SECOND and not mine.exclude(pk=instance.pk).exists()
    if is_last and gate.needs_factor(instance.user):
        raise Refused("factor.last", _("Your seat needs a second step. Set up another one first."))


def _confirmed(sender: Any, user: Any, method: str, **kwargs: Any) -> None:
    if kwargs.get("reauthenticated") and method != "mfa":  # a factor's use is told by its own event
        with transaction.atomic():
            trail.record("session.confirmed", user=user.pk, by=method)


def connect() -> None:
    """Listen to Django's and allauth's signals; sign-in has no actor yet, so the user is named in the event."""
    user_logged_in.connect(_began, dispatch_uid="trail")
    user_logged_out.connect(_ended, dispatch_uid="trail")
    user_login_failed.connect(_refused, dispatch_uid="trail")
    authentication_step_completed.connect(_confirmed, dispatch_uid="trail")
    pre_delete.connect(_factor_goes, sender=Authenticator, dispatch_uid="last factor")
    mfa.authenticator_added.connect(_factor_added, dispatch_uid="trail")
    mfa.authenticator_removed.connect(_factor_removed, dispatch_uid="trail")
    mfa.authenticator_reset.connect(_factor_renewed, dispatch_uid="trail")
    mfa.authenticator_used.connect(_factor_used, dispatch_uid="trail")
    mfa.authentication_failed.connect(_factor_refused, dispatch_uid="trail")
