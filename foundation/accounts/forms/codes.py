"""Typing a code: at sign-in, and when an app is set up."""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from foundation.accounts import actions, factors


def code_field(label: Any) -> forms.CharField:
    """Where six figures, or a recovery code, are typed."""
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "govuk-input--width-10", "dir": "ltr"}
    return forms.CharField(label=label, max_length=40, widget=forms.TextInput(attrs=attrs))


class _Checked(forms.Form):
    """Each code counts once."""

    user: Any

    def clean_code(self) -> str:
        """The code, and with it the factor that it belongs to."""
        code: str = self.cleaned_data["code"]
        self.authenticator = factors.check(self.user, code)
        return code


class SignInCode(_Checked, AuthenticateForm):  # type: ignore[misc]
    """The second step at sign-in."""

    code = code_field(_("Code from the app, or a recovery code"))


class NewApp(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app that is being set up; it cannot be used a second time to sign in."""

    code = code_field(_("Code that the app shows"))

    def clean_code(self) -> str:
        """The code, used up."""
        code: str = self.cleaned_data["code"]
        step = factors.step_of(self.secret, factors.figures(code))
        if step is None or not actions.spend(self.user, step):
            raise ValidationError(
                _("This code is not right, or it was used already. Wait for the next one."), code="code"
            )
        return code
