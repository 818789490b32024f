"""Signing in and out, in the trail."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction

from foundation.audit import trail


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


def connect() -> None:
    """Listen to Django's signals; sign-in has no actor yet, so the user is named in the event."""
    user_logged_in.connect(_began, dispatch_uid="trail")
    user_logged_out.connect(_ended, dispatch_uid="trail")
    user_login_failed.connect(_refused, dispatch_uid="trail")
