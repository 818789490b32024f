"""Before something that cannot be undone, people confirm that it is them (safety.md §1)."""

from collections.abc import Callable

from allauth.account import decorators
from django.http import HttpResponse

View = Callable[..., HttpResponse]


def asked_again(view: View) -> View:
    """Asks for the password or a second factor unless that was done within the last minutes, then goes on where it was."""
    guarded: View = decorators.reauthentication_required(view)
    return guarded
