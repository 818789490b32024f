"""Shapes of what is handed in with a file."""

from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.forms.text import CleanText, clean
from foundation.files.actions import Upload, too_large
from foundation.files.kinds import SUFFIXES
from foundation.files.models import DESCRIPTION_LENGTH, NAME_LENGTH
from foundation.files.states import Purpose, Reason
from foundation.files.uploads import HeldFile

ENDINGS = ",".join(f".{suffix}" for suffixes in SUFFIXES.values() for suffix in suffixes[:2])


class FileForm(forms.Form):
    """One file, what it is and why it is kept. ``once`` makes the same form, sent twice, one file."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,  # an empty one is refused in words by the action
        widget=forms.FileInput(attrs={"accept": ENDINGS}),
        error_messages={"required": gettext_lazy("Choose a file."), "missing": gettext_lazy("Choose a file.")},
    )
    text = CleanText(
        label=gettext_lazy("What is it?"),
        max_length=DESCRIPTION_LENGTH,
        help_text=gettext_lazy("A few words, for example “registration at the shelter”. No name if it can be avoided."),
        error_messages={"required": gettext_lazy("Say in a few words what it is.")},
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("Why is it kept?"),
        choices=Purpose.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say why it is kept. If there is no reason, do not add it.")},
    )
    may_tell = forms.BooleanField(
        label=gettext_lazy("If it is a PDF or a document: it may be kept although it can tell who made it"),
        help_text=gettext_lazy("Author, times, device and earlier versions inside cannot be taken out with certainty."),
        required=False,
    )
    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "One file of up to %(n)d MB: a JPEG or PNG picture, PDF, text, DOCX or ODT."
        ) % {"n": settings.FILE_BYTES // 1_000_000}

    def upload(self) -> Upload:
        """What the action takes; ``Refused`` for a file over the limit, of which nothing was kept."""
        data = self.cleaned_data
        held: HeldFile = data["file"]
        if held.is_too_large:
            raise too_large()
        return Upload(
            held.content, data["text"], data["purpose"], clean(held.name or "").strip()[:NAME_LENGTH], held.declared,
            may_tell=data["may_tell"], once=data["once"],
        )  # fmt: skip


class RemoveForm(forms.Form):
    """Why a file is destroyed."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why is it removed?"),
        choices=Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say why it is removed.")},
    )
