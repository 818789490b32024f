"""Being asked again before a sensitive step: a code, a key, or for who has neither the password."""

import json
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts import factors
from foundation.accounts.forms.codes import code_field
from foundation.accounts.models import User

CODE, KEY, PASSWORD = "again_code", "again_key", "again_password"
NAMES = (CODE, KEY, PASSWORD)
"""Named so that they fit beside the fields of any other form."""


class Again(forms.Form):
    """The strongest that the person has, and nothing weaker."""

    again_code = code_field(gettext_lazy("Code from the app, or a recovery code"))
    again_key = forms.CharField(required=False, widget=forms.HiddenInput)
    again_password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.factor: Authenticator | None = None
        self.fields[CODE].required = False
        for name in set(NAMES) - _ways(user):
            del self.fields[name]

    @property
    def has_key(self) -> bool:
        """Whether the person may use a key."""
        return KEY in self.fields

    def clean_again_code(self) -> str:
        """A code that counts, and is used up by it."""
        code: str = self.cleaned_data[CODE]
        if code:
            self.factor = factors.check(self.user, code)
        return code

    def clean_again_key(self) -> str:
        """The answer of a key to the question of this session."""
        answer: str = self.cleaned_data[KEY]
        if answer:
            inner = ReauthenticateWebAuthnForm({"credential": answer}, user=self.user)
            if not inner.is_valid():
                raise ValidationError(_("The key was not accepted. Try again."), code="key")
            self.factor = inner.cleaned_data["credential"]
        return answer

    def clean_again_password(self) -> str:
        """The person's own password."""
        word: str = self.cleaned_data[PASSWORD]
        if word and not get_adapter().reauthenticate(self.user, word):
            raise ValidationError(_("This is not your password."), code="password")
        return word

    def clean(self) -> dict[str, Any]:
        """One of them must be given."""
        data = super().clean() or {}
        first = next(iter(self.fields), None)
        if first is None:
            self.add_error(None, _("This account has no password here."))
        elif not self.errors and not any(data.get(name) for name in self.fields):
            said = _("Type your password.") if first == PASSWORD else _("Type the code, or use your key.")
            self.add_error(None if first == KEY else first, said)
        return data

    def confirm(self, request: HttpRequest) -> None:
        """Remember in the session that the person has shown who they are."""
        if self.factor is None:
            reauthenticate_by_password(request)
        else:
            post_authentication(request, self.factor, reauthenticated=True)


def _ways(user: User) -> set[str]:
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    if not kinds & set(factors.SECOND):
        return {PASSWORD} if user.has_usable_password() else set()
    ways = {CODE} if kinds - {Authenticator.Type.WEBAUTHN} else set()
    return ways | ({KEY} if Authenticator.Type.WEBAUTHN in kinds else set())


def question(user: User) -> dict[str, Any]:
    """What the browser hands to a key; the session keeps what the answer is checked against."""
    from allauth.mfa.webauthn.internal import auth

    options: dict[str, Any] = json.loads(json.dumps({"request_options": auth.begin_authentication(user)}, default=str))
    return options
