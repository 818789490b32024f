"""The steps of signing in, as allauth walks them."""

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from foundation.accounts.gate import is_vouched


class SecondStep(AuthenticateStage):  # type: ignore[misc]
    """A code or a key, unless a Society's directory said in agreed words that it has asked for one."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return bool(super()._should_handle(request)) and not is_vouched(request, self.login.user)
