"""The page that is turned to the person: the explanation in pictures or simple words, in their language."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import get_language_info
from django.views.decorators.http import require_safe

from consent.models import NoticeVersion
from consent.pictures import pictures
from consent.vocabulary import Channel


@login_required
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """``?language=ar``, ``?channel=simple``. Of nobody: it can lie open on the table and tells nothing about a matter."""
    known = [code for code, _name in settings.LANGUAGES]
    wanted = request.GET.get("language", "")
    language = wanted if wanted in known else translation.get_language() or "en"
    channel = Channel.SIMPLE if request.GET.get("channel") == Channel.SIMPLE else Channel.PICTURES
    notice = NoticeVersion.current(language, channel)
    with translation.override(notice.language):
        return render(
            request, "consent/show.html", {"notice": notice, **_what(notice), "others": _others(notice, known)}
        )


def _what(notice: NoticeVersion) -> dict[str, Any]:
    """Pictures with a line each; or lines of simple words."""
    if notice.channel == Channel.PICTURES:
        told, limits = pictures(notice)
        return {"pictures": told, "limits": limits}
    return {"lines": notice.text.splitlines(), "limit_lines": notice.limits.splitlines()}


def _others(notice: NoticeVersion, known: list[str]) -> list[dict[str, str]]:
    """The same page in each language, named in its own script."""
    return [
        {
            "code": code,
            "name": get_language_info(code)["name_local"],
            "url": f"?language={code}&channel={notice.channel}",
        }
        for code in known
        if code != notice.language
    ]
