"""Handing in a directory: first to see what would become of it, then the same file to take it in."""

from hashlib import sha256
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.models import User
from foundation.core.errors import Refused
from foundation.files.uploads import HeldFile
from referrals.hsds.opening import MOST_BYTES, MOST_ON_A_PAGE
from referrals.hsds.report import TOO_LARGE

SALT = "referrals.taking"
HOURS = 12


class TakeForm(forms.Form):
    """One file. ``seen`` is the seal of the file whose report was read: none before the first time."""

    file = forms.FileField(
        label=gettext_lazy("File"), widget=forms.FileInput(attrs={"accept": ".json,.zip"}), allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose a file."), "missing": gettext_lazy("Choose a file.")},
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = _(
            "A directory in the form of HSDS 3: JSON, or the data package as a zip, of up to %(n)d MB and %(most)d entries."
        )
        self.fields["file"].help_text = words % {"n": MOST_BYTES // 1_000_000, "most": MOST_ON_A_PAGE}

    def content(self) -> bytes:
        """What was handed in; ``Refused`` if it is too large to be kept at all."""
        held: HeldFile = self.cleaned_data["file"]
        if held.is_too_large:
            raise Refused("hsds.large", str(TOO_LARGE), "file")
        return held.content

    def was_seen(self, content: bytes, by: User) -> bool:
        """Whether this person has read the report on this very file; ``Refused`` if it was on another."""
        seal = self.cleaned_data["seen"]
        if not seal:
            return False
        try:
            found = signing.loads(seal, salt=SALT, max_age=HOURS * 3600)
        except signing.BadSignature:
            found = None
        if found != _fact(content, by):
            raise Refused(
                "hsds.other_file", _("This is another file than the one you have seen. Look at it first."), "file"
            )
        return True


def _fact(content: bytes, by: User) -> list[Any]:
    return [by.pk, sha256(content).hexdigest()]


def sealed(content: bytes, by: User) -> str:
    """What the second form carries: whose report on which file it was."""
    return signing.dumps(_fact(content, by), salt=SALT)
