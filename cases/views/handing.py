"""A case changes hands, and who has how many."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import actions, hand_words
from cases.forms.handing import CeilingForm, DeclineForm, OtherForm, TakeForm, TransferForm
from cases.identity import open_case
from cases.models import Case, Ceiling, HandOver
from cases.views.closing import one_step
from cases.views.guards import keeps_words, page, refuse, typed
from cases.views.who import me
from foundation.accounts.models import Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError, Forbidden


@keeps_words
def ask_other(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The owner asks that somebody else follows the case up."""
    case = open_case(request.user, pk)
    policy.require(request.user, "ask_other", case)
    return one_step(
        request, case, OtherForm(typed(request)), lambda c, said, by: actions.ask_other(c, said["reason"], by=by),
        heading=_("Ask for somebody else"), submit=_("Ask for somebody else"),
        lede=_("Until somebody has taken it on, you still follow it up."),
    )  # fmt: skip


@keeps_words
def transfer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask another unit to take the case over; the person must have agreed that it is told."""
    case = open_case(request.user, pk)
    policy.require(request.user, "transfer", case)
    form = TransferForm(case, typed(request))
    chosen = str(request.POST.get("unit", ""))
    wanted = f"?unit={chosen}" if chosen in {str(unit) for unit in _units(case)} else ""
    return one_step(
        request, case, form, lambda c, said, by: actions.ask_transfer(c, said["unit"], said["reason"], by=by),
        heading=_("Ask another unit to take the case over"), submit=_("Ask the other unit"),
        lede=_("The person must have agreed that this unit is told. It opens nothing before it has accepted; then you can no "
               "longer open the case."),
        url=reverse("cases:case_consent", args=[pk]) + wanted if wanted else "",
        link=_("Ask the person whether this unit may be told"),
    )  # fmt: skip


def _units(case: Case) -> list[UUID]:
    return list(Unit.objects.filter(organisation=case.unit.organisation_id).values_list("pk", flat=True))


def fetch(request: HttpRequest, pk: UUID) -> HandOver:
    """One that this person may know of; the case itself is never joined, which the other side cannot see."""
    found: HandOver = policy.fetch(request.user, HandOver, pk, related=hand_words.RELATED)
    return found


@login_required
@require_safe
def hand_over(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is asked for, and the two answers."""
    found = fetch(request, pk)
    trail.record("case.hand_over_read", dossier=found.dossier_id, subject=found.pk)
    context = hand_words.page(found, request.user)
    if context["can"]["take"]:
        context["form"] = TakeForm(found.to_unit)
    return render(request, "cases/hand_over.html", context)


@keeps_words
def take(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Accept it, and say who follows it up."""
    found = fetch(request, pk)
    policy.require(request.user, "take", found)
    form = TakeForm(found.to_unit, typed(request))
    if form.is_valid():
        try:
            case = actions.take(
                found, form.cleaned_data["owner"], by=me(request), load_reason=form.cleaned_data["load_reason"]
            )
            is_seen = Case.objects.visible_to(me(request)).filter(pk=case.pk).exists()
            return redirect("cases:case", case.pk) if is_seen else redirect("cases:cases")
        except DomainError as error:
            refuse(form, error)
    trail.record("case.hand_over_read", dossier=found.dossier_id, subject=found.pk)
    return page(request, "hand_over", form, **hand_words.page(found, request.user))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Do not take it on, and say why."""
    found = fetch(request, pk)
    policy.require(request.user, "decline", found)
    form = DeclineForm(typed(request))
    if form.is_valid():
        actions.decline(found, form.cleaned_data["reason"], by=me(request))
        messages.success(request, _("The case stays where it is. Who asked is told."))
        return redirect("cases:day")
    trail.record("case.hand_over_read", dossier=found.dossier_id, subject=found.pk)
    context = {**hand_words.page(found, request.user), "is_declining": True}
    return page(request, "hand_over", form, **context)


@login_required
@require_POST
def take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who asked no longer asks."""
    actions.take_back_hand_over(fetch(request, pk), by=me(request))
    return redirect("cases:hand_over", pk)


def _led(request: HttpRequest) -> Unit:
    unit = hand_words.led_unit(me(request))
    if unit is None:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    return unit


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest) -> HttpResponse:
    """Who follows up how many cases, and how many one person should have at most (W-14)."""
    unit = _led(request)
    form = CeilingForm(typed(request))
    if form.is_valid():
        actions.set_ceiling(unit, form.cleaned_data["most"], by=me(request))
        return redirect("cases:team")
    trail.record("work.listed", n=0)
    may_set = policy.allows(me(request), "set", Ceiling(unit=unit, most=1, set_by=me(request)))
    return page(request, "team", form, unit=unit, may_set=may_set, **hand_words.team(unit))


@keeps_words
def leaving(request: HttpRequest, user: int) -> HttpResponse:
    """Somebody leaves: give all their open cases to another person. An administrator sees no case and cannot do this."""
    unit = _led(request)
    former = User.objects.filter(
        pk=user, is_machine=False, appointments__seat__unit__organisation=unit.organisation_id
    ).first()
    if former is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    form = TakeForm(unit, typed(request), without=former.pk)
    if form.is_valid():
        try:
            said = form.cleaned_data
            n = actions.reassign_all(former, said["owner"], by=me(request), load_reason=said["load_reason"])
            messages.success(request, ngettext("%(n)d case was given on.", "%(n)d cases were given on.", n) % {"n": n})
            return redirect("cases:team")
        except DomainError as error:
            refuse(form, error)
    trail.record("work.listed", n=0)
    return page(request, "leaving", form, former=former, unit=unit)
