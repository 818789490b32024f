"""The schedule of retention, set by two people; and one folder's place in it, for the leads who are asked before it ends."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from consent import actions, pages, processing
from consent import office_forms as forms
from consent.actions import keeping as keep
from consent.models import Keeping, RetentionRule
from consent.rooms import DECIDERS
from consent.terms import ON_FOLDERS, RecordClass
from consent.views.processing import own
from consent.views.who import me, require_seat
from foundation.accounts.stepup import asked_again
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError, WrongState

VERBS = {"agree": actions.agree_rule, "refuse": actions.refuse_rule}


def waiting(actor: Any) -> Any:
    """Rules that another person proposed."""
    mine = [seat.unit.organisation_id for seat in actor.seats]
    rows = RetentionRule.objects.filter(agreed_at=None, refused_at=None, organisation__in=mine)
    return rows.exclude(set_by=actor.pk).select_related("set_by")


def n_waiting(actor: Any) -> int:
    """For the card."""
    return int(waiting(actor).count())


def _back() -> dict[str, str]:
    return {"url": reverse("consent:retention"), "label": _("Retention")}


@login_required
@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """Each class with its days, who agreed, and what waits for a second person."""
    organisation = own(request, *DECIDERS)
    rules = actions.schedule_of(organisation)
    trail.record("retention.listed", n=len(rules))
    proposed = [
        {"url": reverse("consent:rule_step", args=[rule.pk, "agree"]), "title": rule.get_record_class_display(),
         "tag": pages.tag(_("Waits for you"), "act", "open"), "lines": [_days(rule.days), rule.set_by.name]}
        for rule in waiting(request.user)
    ]  # fmt: skip
    classes = [_line(name, rules[name], request) for name in RecordClass.values]
    sections = [{"title": _("Waiting for you, the second person"), "rows": proposed}] if proposed else []
    return pages.listing(
        request, title=_("Retention"), sections=[*sections, {"title": _("The schedule"), "rows": classes}],
        lede=_("How long what is kept. The leads are asked before a folder ends; then its keys are destroyed."),
        links=[{"url": reverse("cases:erasures"), "label": _("What was erased, and the certificates")}],
        aside={"title": _("Nothing ends by itself before people agreed"), "text": _(
            "Until two people have agreed on a class, its figure is only a proposal and erases nothing."
        )},
    )  # fmt: skip


def _days(n: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", n) % {"n": n}


def _line(name: str, rule: Any, request: HttpRequest) -> dict[str, Any]:
    lines = [processing.days(rule)]
    if name in ON_FOLDERS:
        ahead = settings.RETENTION_REVIEW_DAYS[name]
        lines.append(
            ngettext("The leads are asked %(n)d day before.", "The leads are asked %(n)d days before.", ahead)
            % {"n": ahead}
        )
    if name == RecordClass.CASE_CHILD:
        lines.append(_("At least until the child is of age."))
    agreed = pages.tag(_("Version %(n)d") % {"n": rule.version}, "good", "done")
    return {
        "url": reverse("consent:rule_new", args=[name]), "title": RecordClass(name).label, "lines": lines,
        "tag": agreed if rule.rule else pages.tag(_("Proposal"), "act", "open"),
    }  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rule_new(request: HttpRequest, name: str) -> HttpResponse:
    """Propose how long a class is kept."""
    by = require_seat(request, *DECIDERS)
    organisation = own(request, *DECIDERS)
    if name not in RecordClass.values:
        raise Http404
    form = forms.Days(pages.posted(request))
    if form.is_valid():
        try:
            actions.set_rule(name, form.cleaned_data["days"], by=by)
            messages.success(request, _("It waits for a second person now. Until then nothing changes."))
            return redirect("consent:retention")
        except DomainError as error:
            pages.refuse(form, error)
    now = actions.rule_for(organisation, name)
    return pages.step(
        request, form, over=_("Retention"), heading=RecordClass(name).label, back=_back(),
        rows=[{"key": _("Now"), "value": processing.days(now)}], submit=_("Propose it"),
        lede=_("It counts for what is collected after another person agreed; what is kept already keeps its time."),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rule_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """The second person agrees to a rule, or does not (HS-20)."""
    organisation = own(request, *DECIDERS)
    rows = RetentionRule.objects.filter(organisation=organisation).select_related("set_by")
    rule = rows.filter(pk=pk).first()
    if rule is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    if rule.agreed_at is not None or rule.refused_at is not None:
        raise WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))
    policy.require(me(request), verb, rule)
    return _rule_step(request, rule, verb)


@asked_again
def _rule_step(request: HttpRequest, rule: RetentionRule, verb: str) -> HttpResponse:
    if request.method == "POST":
        VERBS[verb](rule, by=me(request))
        return redirect("consent:retention")
    now = actions.rule_for(rule.organisation, rule.record_class)
    rows = [
        {"key": _("Now"), "value": processing.days(now)}, {"key": _("Proposed"), "value": _days(rule.days)},
        {"key": _("By"), "lines": [rule.set_by.name, pages.when(rule.set_at, request.user)]},
    ]  # fmt: skip
    is_agreeing = verb == "agree"
    return pages.step(
        request, forms.Nothing(), over=_("Retention"), heading=rule.get_record_class_display(),
        back=_back(), rows=rows, submit=_("I agree: this counts") if is_agreeing else _("I do not agree"),
        other=None if not is_agreeing else {
            "url": reverse("consent:rule_step", args=[rule.pk, "refuse"]), "label": _("I do not agree"),
        },
        lede=_("From now on what runs out by it is erased, after the leads were asked, and cannot be brought back."),
    )  # fmt: skip


@login_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def keeping(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One folder that nears its end: a lead keeps it longer, asks for a hold, or lets it end."""
    found: Keeping = policy.fetch(request.user, Keeping, pk, related=("unit", "dossier"))
    policy.require(me(request), "extend", found)
    form = forms.Longer(pages.posted(request))
    if form.is_valid():
        try:
            keep.extend(found, **form.cleaned_data, by=me(request))
            messages.success(request, _("It is kept longer. You are asked again before the new day."))
            return redirect("cases:day")
        except DomainError as error:
            pages.refuse(form, error)
    trail.record("retention.listed", dossier=found.dossier_id, subject=found.pk)
    address = "cases:case" if found.subject_kind == "case" else "cases:concern"
    return pages.step(
        request, form, over=found.unit.name, heading=_("Kept until a day"), code=found.reference,
        back={"url": reverse(address, args=[found.subject_id]), "label": _("Back, nothing changes")},
        rows=_facts(found), submit=_("Keep it longer"),
        lede=_("When the day comes, its keys are destroyed, and nobody can read it again. If that is right, do nothing."),
    )  # fmt: skip


def _facts(found: Keeping) -> list[dict[str, Any]]:
    is_held = actions.is_held(found.dossier_id)
    rows = [
        {"key": _("Class"), "value": found.get_record_class_display()},
        {"key": _("Kept until"), "value": pages.on(found.keep_until) or _("Open: it is still being worked on")},
    ]
    if is_held:
        rows.append({"key": _("Legal hold"), "value": _("Nothing is erased before two people have ended the hold.")})
    return rows
