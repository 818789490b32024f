"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from foundation.accounts import stepup
from foundation.outbox.mail import neutral

# What the library would put into a mail of its own: the link or the code, whatever the occasion.
ASKED_FOR = ("password_reset_url", "activate_url", "code")


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up; people are invited. Machines never sign in on a page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """As usual, but not for a machine's user."""
        user = super().authenticate(request, **credentials)
        return None if user is None or user.is_machine else user

    def get_login_stages(self) -> list[str]:
        """allauth's, with our way of asking whether a second step is still to do."""
        ours = {"allauth.mfa.stages.AuthenticateStage": "foundation.accounts.stages.SecondStep"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """One page asks for the strongest that the person has; allauth's own pages for it do not exist here."""
        return [{"id": "again", "description": "", "url": reverse("accounts:again")}]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not within five minutes of having signed in or confirmed.

        It raises instead of saying so: allauth would go on to let people through who have no password and no factor here.
        """
        if not stepup.is_fresh(context.request):
            raise ReauthenticationRequired
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The installation's one neutral text, in the person's language, in place of the library's many (HS-17)."""
        asked_for = next((str(context[name]) for name in ASKED_FOR if context.get(name)), "")
        language = getattr(context.get("user"), "language", "") or get_language() or "en"
        neutral(email, language, asked_for=asked_for).send()
