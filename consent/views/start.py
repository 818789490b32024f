"""Where data protection begins: one card per room, and how much waits there."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from consent import rooms
from consent.views.who import me, require


@login_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The rooms of this person; how many matters wait for them in each."""
    actor = me(request)
    require(rooms.has_any(actor))
    return render(request, "consent/start.html", {"tasks": [_task(room, actor) for room in rooms.of(actor)]})


def _task(room: rooms.Room, actor: Any) -> dict[str, Any]:
    n = room.n_waiting(actor)
    return {"label": room.title, "hint": room.text, "url": rooms.address(room), "tag": _tag(n)}


def _tag(n: int) -> dict[str, Any]:
    if not n:
        return {"text": _("Nothing waits"), "plain": True, "icon": "done"}
    return {"text": ngettext("%(n)d waits for you", "%(n)d wait for you", n) % {"n": n}, "tone": "act"}
