"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up; people are invited. Machines never sign in on a page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """As usual, but not for a machine's user."""
        user = super().authenticate(request, **credentials)
        return None if user is None or user.is_machine else user
