"""People as administrators, managers and data-protection officers see them: their seats and their way in, no matter."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts import actions, backend, devices, gate, oversight
from foundation.accounts.models import Appointment, Measure, User
from foundation.accounts.stepup import asked_again
from foundation.core.errors import Absent, DomainError

SHOWN = 200


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)


def _absent() -> Absent:
    return Absent("record.absent", _("There is nothing at this address."))


def _person(request: HttpRequest, pk: int) -> User:
    """The person, if this actor may open the page."""
    found = oversight.people_of(_me(request)).filter(pk=pk).first()
    if found is None:
        raise _absent()
    return found


@login_required
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody below, with their seats, and whether they have a second step."""
    me = _me(request)
    oversight.require(any(seat.role in oversight.SIGNING_OUT for seat in me.seats))
    found = list(oversight.people_of(me).order_by("is_machine", "name", "pk")[: SHOWN + 1])
    context = {"rows": _rows(found[:SHOWN]), "has_more": len(found) > SHOWN}
    return render(request, "accounts/people.html", context)


def _rows(found: list[User]) -> list[dict[str, Any]]:
    User.read_held(found)
    with_factor = oversight.with_factor(found)
    return [{"user": user, "seats": user.seats, "has_factor": user.pk in with_factor} for user in found]


@login_required
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: seats, second step, where they are signed in, and what this actor may do about it."""
    me, user = _me(request), _person(request, pk)
    may_end = oversight.watches(me, user, oversight.ENDING)
    context = {
        "person": user,
        "appointments": user.appointments.select_related("seat__unit").order_by("-valid_from"),
        "held": {a.pk for a in user.held},
        "facts": backend.facts(user),
        "needs_factor": gate.needs_factor(user),
        "n_places": len(devices.places(user, None)),
        "measures": waiting(me, user),
        "may_end": may_end,
        "may_sign_out": may_end or oversight.watches(me, user, oversight.SIGNING_OUT),
    }
    return render(request, "accounts/person.html", context)


@dataclass(frozen=True)
class Step:
    """One thing that is done to a person's way in: how it is asked, and what is said afterwards."""

    title: str | Promise
    text: str | Promise
    submit: str | Promise
    done: str | Promise


STEPS = {
    "end_sessions": Step(
        gettext_lazy("Sign this person out everywhere"),
        gettext_lazy("For a lost phone, or when somebody else may be signed in. The person can sign in again."),
        gettext_lazy("Sign out everywhere"),
        gettext_lazy("Signed out everywhere."),
    ),
    "deactivate": Step(
        gettext_lazy("Shut this person out"),
        gettext_lazy(
            "No sign-in, no session, no token from this moment. What waits for them goes to who stands in. "
            "To let them in again needs two people."
        ),
        gettext_lazy("Shut out now"),
        gettext_lazy("Shut out. Every session and token has ended."),
    ),
    "reopen": Step(
        gettext_lazy("Let this person in again"),
        gettext_lazy("Another person confirms it: a manager or the data-protection officer. Until then nothing changes."),
        gettext_lazy("Propose it"),
        gettext_lazy("Proposed. It waits for another person."),
    ),
    "reset_factors": Step(
        gettext_lazy("A new second step for this person"),
        gettext_lazy(
            "For a lost phone when the recovery codes are lost too. Make sure that it is really this person who asks: "
            "call back on a number that you knew before. Another person confirms it; then app, keys and codes are taken "
            "away, every session ends, and the person sets up a new one."
        ),
        gettext_lazy("Propose it"),
        gettext_lazy("Proposed. It waits for another person."),
    ),
}  # fmt: skip


def _carry_out(verb: str, user: User, by: User) -> None:
    if verb == "end_sessions":
        actions.end_sessions(user, by=by)
    elif verb == "deactivate":
        actions.deactivate(user, by=by)
    else:
        actions.propose_measure(verb, user, by=by)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@asked_again
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """The last page before something happens to a person's way in; sent, it happens."""
    me, user, asked = _me(request), _person(request, pk), STEPS[verb]
    roles = oversight.SIGNING_OUT if verb == "end_sessions" else oversight.ENDING
    oversight.require(oversight.watches(me, user, roles))
    if request.method == "POST":
        _carry_out(verb, user, me)
        messages.success(request, str(asked.done))
        return redirect("accounts:person", pk=user.pk)
    return render(request, "accounts/step.html", {"person": user, "step": asked})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@asked_again
def end_appointment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End an appointment: asked on a page of its own, then done at once."""
    me = _me(request)
    found = Appointment.objects.filter(pk=pk, user__in=oversight.people_of(me)).select_related("seat__unit", "user")
    appointment = found.first()
    if appointment is None:
        raise _absent()
    if request.method == "POST":
        actions.end_appointment(appointment, by=me)
        messages.success(request, _("The appointment has ended, and with it every session of this person."))
        return redirect("accounts:person", pk=appointment.user_id)
    return render(request, "accounts/end_appointment.html", {"appointment": appointment, "person": appointment.user})


def waiting(actor: User, user: User | None = None) -> list[dict[str, Any]]:
    """What waits for a second person, for people below this actor (for one of them), and what the actor proposed."""
    rows = Measure.objects.filter(decided_at=None).select_related("user", "proposed_by").order_by("proposed_at")
    asked, found = list(rows.filter(user=user) if user else rows), []
    User.read_held([one.user for one in asked])
    tree = oversight.parents() if asked else {}
    for one in asked:
        is_mine = one.proposed_by_id == actor.pk
        if is_mine or oversight.watches(actor, one.user, oversight.CONFIRMING, tree):
            found.append({"measure": one, "may": not is_mine})
    return found


@login_required
@require_POST
@asked_again
def decide(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Confirm or refuse what another person proposed."""
    me = _me(request)
    found = next((row["measure"] for row in waiting(me) if row["measure"].pk == pk), None)
    if found is None:
        raise _absent()
    try:
        {"confirm": actions.confirm_measure, "refuse": actions.refuse_measure}[verb](found, by=me)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        done = {"confirm": _("Confirmed. It is done."), "refuse": _("Refused. Nothing was changed.")}
        messages.success(request, done[verb])
    return redirect("accounts:person", pk=found.user_id)
