"""Shapes of what the data officer writes."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from consent.models import NoticeVersion
from consent.vocabulary import Channel

PARTS = ("text", "limits")
MOST = 4000
LABELS = {
    "text": _("The explanation"),
    "limits": _("When we cannot keep silent"),
}


class NoticeForm(forms.Form):
    """Every language, every channel: ``<language>-<channel>-text`` and ``-limits``; it starts from what is said now."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, _name in settings.LANGUAGES:
            for channel in Channel:
                now = NoticeVersion.current(code, channel)
                for part in PARTS:
                    self.fields[f"{code}-{channel}-{part}"] = self._field(code, channel, part, getattr(now, part))

    def _field(self, code: str, channel: Channel, part: str, now: str) -> forms.CharField:
        attrs = {"rows": 8 if part == "text" else 4, "lang": code, "dir": "rtl" if code == "ar" else "ltr"}
        return forms.CharField(
            label=LABELS[part], max_length=MOST, initial=now, widget=forms.Textarea(attrs=attrs),
            error_messages={"required": _("A text is missing.")},
        )  # fmt: skip

    @property
    def languages(self) -> list[dict[str, Any]]:
        """For the page: language, then channel, then its two fields."""
        return [
            {
                "name": get_language_info(code)["name_local"],
                "code": code,
                "channels": [
                    {
                        "label": channel.label,
                        "is_pictures": channel == Channel.PICTURES,
                        "fields": self._pair(code, channel),
                    }
                    for channel in Channel
                ],
            }
            for code, _name in settings.LANGUAGES
        ]

    def _pair(self, code: str, channel: Channel) -> list[forms.BoundField]:
        return [self[f"{code}-{channel}-{part}"] for part in PARTS]

    def texts(self) -> dict[str, dict[str, list[str]]]:
        """Language → channel → text and limits."""
        data = self.cleaned_data
        return {
            code: {
                str(c): [data[f"{code}-{c}-{part}"].replace("\r\n", "\n").strip() for part in PARTS]
                for c in Channel.values
            }
            for code, _name in settings.LANGUAGES
        }
