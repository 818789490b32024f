"""The data officer's pages of what people are told: all versions, a new one, and who publishes it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consent import actions
from consent.forms import NoticeForm
from consent.models import NoticeProposal, NoticeVersion
from consent.views.who import me
from consent.vocabulary import Channel
from foundation.accounts.stepup import asked_again
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError
from foundation.core.words import moment_words

RELATED = ("written_by", "decided_by")


def _moment(at: Any) -> str:
    return moment_words(at, timezone.now(), timezone.get_current_timezone())


@login_required
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """What waits for a second person, what is said now, and every earlier version; newest first."""
    actor = me(request)
    policy.require(actor, "read", NoticeProposal(written_by=actor))
    rows = NoticeVersion.objects.select_related("written_by", "published_by").order_by(
        "-version", "language", "channel"
    )
    versions: dict[int, list[NoticeVersion]] = {}
    for row in rows:
        versions.setdefault(row.version, []).append(row)
    waiting = NoticeProposal.objects.visible_to(actor).waiting().select_related(*RELATED)
    trail.record("notice.read")
    context = {
        "waiting": [{"proposal": p, "at": _moment(p.written_at)} for p in waiting],
        "versions": [_version(number, found) for number, found in versions.items()],
    }
    return render(request, "consent/notices.html", context)


def _version(number: int, rows: list[NoticeVersion]) -> dict[str, Any]:
    first = rows[0]
    by = [user.name for user in (first.written_by, first.published_by) if user]
    texts = [{"text": row.text, "limits": row.limits, "language": row.language, "words": _words(row)} for row in rows]
    return {"number": number, "at": _moment(first.published_at), "by": by, "texts": texts}


def _words(row: NoticeVersion) -> str:
    return f"{get_language_info(row.language)['name_local']}, {row.get_channel_display()}"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """Write the next version in every language and channel; another person publishes it."""
    actor = me(request)
    policy.require(actor, "propose", NoticeProposal(written_by=actor))
    form = NoticeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = actions.propose_notice(form.texts(), by=actor)
            messages.success(request, _("It waits for a second person now. Until then nothing changes."))
            return redirect("consent:notice_proposal", made.pk)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
    return render(request, "consent/notice_write.html", {"form": form}, status=422 if form.errors else 200)


def _fetch(request: HttpRequest, pk: UUID) -> NoticeProposal:
    found: NoticeProposal = policy.fetch(me(request), NoticeProposal, pk, related=RELATED)
    return found


@login_required
@require_safe
def proposal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The new text beside what is said now."""
    found = _fetch(request, pk)
    trail.record("notice.read", subject=found.pk)
    pairs = [_pair(found, code, channel) for code, _name in settings.LANGUAGES for channel in Channel]
    context = {
        "proposal": found,
        "at": _moment(found.written_at),
        "pairs": pairs,
        "can": policy.abilities(me(request), found),
    }
    return render(request, "consent/notice_proposal.html", context)


def _pair(found: NoticeProposal, code: str, channel: Channel) -> dict[str, Any]:
    text, limits = found.texts[code][channel]
    now = NoticeVersion.current(code, channel)
    words = f"{get_language_info(code)['name_local']}, {channel.label}"
    is_same = (now.text, now.limits) == (text, limits)
    return {"words": words, "language": code, "text": text, "limits": limits, "is_same": is_same}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The last page before a new text is what people are told; the second person confirms that it is them (HS-20)."""
    found = _fetch(request, pk)
    policy.require(me(request), "publish", found)
    return _publish(request, found)


@asked_again
def _publish(request: HttpRequest, found: NoticeProposal) -> HttpResponse:
    if request.method == "POST":
        number = actions.publish_notice(found, by=me(request))
        messages.success(request, _("Version %(n)d is what people are told from now on.") % {"n": number})
        return redirect("consent:notices")
    return render(request, "consent/notice_publish.html", {"proposal": found})


@login_required
@require_POST
def take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """It is not published; what is said stays as it was."""
    actions.take_back_notice(_fetch(request, pk), by=me(request))
    messages.success(request, _("It is not published. What people are told stays as it was."))
    return redirect("consent:notices")
