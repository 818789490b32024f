"""What is asked before a case is erased: a ground of the list, and the code, typed."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.forms.concern import choose
from cases.forms.text import CleanText
from cases.vocabulary import Ground
from foundation.core.codes import normalise


class Confirm(forms.Form):
    """The code of the case, typed, so that nobody erases by habit."""

    code = CleanText(
        label=_("Type the code of the case to confirm"),
        max_length=40,
        error_messages={"required": _("Type the code of the case.")},
    )

    def __init__(self, data: Any, *, code: str) -> None:
        super().__init__(data)
        self._code = code

    def clean_code(self) -> str:
        """The same code, however it was written: spaces, dashes and small letters do not matter."""
        typed: str = self.cleaned_data["code"]
        if normalise(typed) != self._code:
            raise ValidationError(_("This is not the code of this case. Look again which case you have before you."))
        return typed


class Ask(Confirm):
    """The same with the ground."""

    ground = choose(_("Why is it erased?"), Ground.choices, _("Choose a ground."))
    field_order = ("ground", "code")
