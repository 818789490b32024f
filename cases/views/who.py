"""The signed-in person of a request, for views behind ``login_required``."""

from typing import cast

from django.http import HttpRequest

from foundation.accounts.models import User


def me(request: HttpRequest) -> User:
    """The person who acts."""
    return cast(User, request.user)
