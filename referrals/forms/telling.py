"""How the person learns what was passed on about them."""

from typing import Any

from django import forms
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.core.pages import HintedRadios


class Way(models.TextChoices):
    """Read aloud, or on paper."""

    ALOUD = "aloud", _("I read it to the person")
    PAPER = "paper", _("The person wants it on paper")


class Safe(models.TextChoices):
    """Why a paper may leave the room, although others could find it (W-22)."""

    KNOWS = "knows", _("The person asked for it and knows that others could find it")
    PLACE = "place", _("The person has a safe place for it")
    STAYS = "stays", _("The person reads it here, and it is destroyed here")


class TellForm(forms.Form):
    """Way and language; a paper needs the reason why it is safe."""

    language = forms.ChoiceField(
        label=_("Language of the person"),
        choices=settings.LANGUAGES,
        error_messages={"required": _("Choose the language.")},
    )
    way = forms.ChoiceField(
        label=_("How will the person learn it?"),
        choices=Way.choices,
        widget=HintedRadios(
            hints={Way.PAPER: _("It names the organisations. Whoever finds it learns that they help.")}
        ),
        error_messages={"required": _("Choose how.")},
    )
    reason = forms.ChoiceField(
        label=_("If on paper: why is it safe to carry?"),
        choices=Safe.choices,
        widget=forms.RadioSelect,
        required=False,
        help_text=_("Ask the person. If you are not sure, read it aloud."),
    )

    def clean(self) -> dict[str, Any]:
        """W-22: a paper goes out with a recorded reason or not at all."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("way") == Way.PAPER and not data.get("reason"):
            self.add_error("reason", _("Say why it is safe to carry a paper, or read it aloud."))
        return data
