"""One representation as its page shows it: the facts, what stands in the way, what can be done, what happened."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import deidentify
from consent.pages import on as day
from consent.pages import tag, when
from consent.sources import Source
from foundation.core import policy
from foundation.core.errors import Refused
from foundation.core.words import list_words
from referrals import mandates, naming
from referrals.models import Authority, Commitment, Representation, RepresentationMove
from referrals.speech import QUESTIONS, TOLD_FIELDS, Consulted, Framework, Kept, Naming, SpeechStatus
from referrals.speech_states import UNSENT
from referrals.speech_words import MOVES, addressee, heading

TONES: dict[str, tuple[str, str]] = {
    SpeechStatus.SUSPENDED: ("urgent", "pause"), SpeechStatus.NO_REPLY: ("late", "clock"),
    SpeechStatus.ANSWERED: ("good", "done"), SpeechStatus.FOLLOWED_UP: ("good", "done"),
    SpeechStatus.CLOSED: ("private", "done"), SpeechStatus.RETURNED: ("late", "open"),
}  # fmt: skip
LABELS = {
    "examine": gettext_lazy("Examine whether it is possible and appropriate"),
    "revise": gettext_lazy("Change what is to be said"),
    "clear": gettext_lazy("Decide that this authority is asked, although one is where the threat comes from"),
    "submit": gettext_lazy("Ask another person to approve it"),
    "approve": gettext_lazy("Approve it"),
    "give_back": gettext_lazy("Give it back"),
    "send": gettext_lazy("It is raised today"),
    "received": gettext_lazy("The authority has it"),
    "answered": gettext_lazy("Write down the answer"),
    "no_reply": gettext_lazy("Say that no reply came"),
    "promise": gettext_lazy("Something was promised"),
    "follow_up": gettext_lazy("Say what came of it"),
    "watch": gettext_lazy("Nobody suffered for it, as far as is known"),
    "suspect": gettext_lazy("Reprisals are suspected: stop everything"),
    "resume": gettext_lazy("Let it go on"),
    "close": gettext_lazy("It is over"),
    "end": gettext_lazy("Give it up"),
}


def address_of(speech: Representation, verb: str) -> str:
    """The page of a step."""
    if verb == "revise":
        return reverse("referrals:speech_revise", args=[speech.pk])
    return reverse("referrals:speech_step", args=[speech.pk, verb])


def back(speech: Representation) -> dict[str, str]:
    """To the case or the issue."""
    if speech.case is not None:
        return {"url": reverse("cases:case", args=[speech.case_id]), "label": _("Case"), "code": speech.case.code}
    code = speech.issue.code if speech.issue is not None else ""
    return {"url": reverse("cases:issue", args=[speech.issue_id]), "label": _("Issue"), "code": code}


def page(speech: Representation, actor: Any) -> dict[str, Any]:
    """The context of the page."""
    found = Authority.objects.visible_to(actor).filter(pk=speech.authority_id).first()
    can = policy.abilities(actor, speech)
    return {
        "speech": speech,
        "heading": _("To: %(name)s") % {"name": addressee(found)},
        "back": back(speech),
        "tag": tag(heading(speech), *TONES.get(speech.status, ("act", "open"))),
        "obstacles": obstacles(speech, found) if speech.status in UNSENT else [],
        "prompts": [prompt.why for prompt in mandates.prompts(speech)] if speech.status in UNSENT else [],
        "ask": _ask(speech),
        "rows": facts(speech, found, actor),
        "steps": [{"url": address_of(speech, v), "label": label} for v, label in LABELS.items() if can.get(v)],
        "promises": promises(speech, can.get("promise", False)),
        "moves": moves(speech, actor),
    }


def _ask(speech: Representation) -> str:
    """Where the person is asked, while the word that it needs is missing."""
    if speech.case is None or speech.status not in UNSENT or naming.ground_of(speech) is not None:
        return ""
    url = reverse("cases:case_consent", args=[speech.case_id])
    return f"{url}?service={speech.authority_id}" if speech.naming == Naming.IDENTIFIED else url


def obstacles(speech: Representation, found: Authority | None) -> list[str]:
    """What still stands in the way, in the order in which it is settled."""
    test = speech.test or {}
    answers, wrong = test.get("answers", {}), []
    if not answers:
        wrong.append(_("Nobody has examined yet whether it is possible and appropriate."))
    no = _("Answered with no: %(what)s.")
    wrong += [no % {"what": words} for code, words in QUESTIONS.items() if answers.get(code) is False]
    if found is not None and found.threats & set(test.get("sources", [])):
        wrong.append(_("The threat may come from this authority itself. It is not asked."))
    elif speech.needs_clearance and not (speech.cleared_by_id and speech.cleared_manager_id):
        wrong.append(
            _("The threat comes from an authority: a focal point and a manager first decide that this one is asked.")
        )
    if speech.case is not None and naming.ground_of(speech) is None:
        wrong.append(_("The person has not agreed to this, or not any more."))
    return wrong + _recognised(speech)


def _recognised(speech: Representation) -> list[str]:
    if speech.naming == Naming.IDENTIFIED:
        return []
    sure = [
        one
        for one in deidentify.scan(speech.content, naming.names_of(speech), naming.places_of(speech.unit))
        if one.is_sure
    ]
    wrong = [_("Somebody could be recognised: %(what)s.") % {"what": deidentify.listed(sure)}] if sure else []
    try:
        if speech.issue_id is not None:
            naming.require_many(speech.issue_id)
    except Refused as stop:
        wrong.append(stop.message)
    return wrong


def facts(speech: Representation, found: Authority | None, actor: Any) -> list[dict[str, Any]]:
    """The rows of the summary list."""
    rows: list[dict[str, Any]] = [
        {"key": _("Authority"), "lines": _of_authority(found, speech)},
        {"key": _("About"), "lines": [speech.get_basis_display(), speech.get_naming_display()]},
        {"key": _("How"), "value": speech.get_modality_display()},
        {"key": _("What is to be said"), "value": speech.content, "typed": True},
    ]
    if speech.fields:
        rows.insert(
            2, {"key": _("Told of the person"), "value": list_words([str(TOLD_FIELDS[c]) for c in speech.fields])}
        )
    if speech.frameworks:
        rows.append({"key": _("Rests on"), "lines": [Framework(code).label for code in speech.frameworks]})
    rows += _of_test(speech) + _of_people(speech, actor)
    if speech.reply:
        rows.append({"key": _("Answer"), "value": f"{speech.get_response_display()}. {speech.reply}", "typed": True})
    if speech.watch_until:
        rows.append({"key": _("Watched for reprisals until"), "value": day(speech.watch_until)})
    return rows


def _of_authority(found: Authority | None, speech: Representation) -> list[Any]:
    if found is None:
        return [addressee(None)]
    more = [found.contact] if found.contact else []
    return [
        found.name,
        found.get_kind_display(),
        speech.get_level_display(),
        *more,
        found.get_confidentiality_display(),
    ]


def _of_test(speech: Representation) -> list[dict[str, Any]]:
    test = speech.test or {}
    if not test:
        return []
    answers = test["answers"]
    lines = [f"{words}: {_('Yes') if answers.get(code) else _('No')}" for code, words in QUESTIONS.items()]
    rows: list[dict[str, Any]] = [{"key": _("Possible and appropriate"), "lines": lines}]
    rows.append({"key": _("Why"), "value": test["why"], "typed": True})
    if test["sources"]:
        rows.append({"key": _("The threat comes from"), "lines": [Source(code).label for code in test["sources"]]})
    asked = [Consulted(code).label for code in test["consulted"]]
    rows.append({"key": _("Asked first"), "lines": [*asked, *([test["alone"]] if test["alone"] else [])]})
    if test.get("uncoordinated"):
        rows.append({"key": _("Why it is not coordinated"), "value": test["uncoordinated"], "typed": True})
    return rows


def _of_people(speech: Representation, actor: Any) -> list[dict[str, Any]]:
    rows = [{"key": _("Written by"), "lines": [speech.written_by.name, when(speech.created_at, actor)]}]
    for label, person in (
        (_("Approved by"), speech.approved_by), (_("Focal point who decided on the authority"), speech.cleared_by),
        (_("Manager who decided on the authority"), speech.cleared_manager),
    ):  # fmt: skip
        if person is not None:
            rows.append({"key": label, "lines": [person.name]})
    if speech.sent_at:
        rows.append({"key": _("Raised"), "lines": [when(speech.sent_at, actor)]})
    return rows


def promises(speech: Representation, may: bool) -> list[dict[str, Any]]:
    """What was promised, the next first."""
    found = []
    for row in Commitment.objects.filter(representation=speech).order_by("due_on"):
        row.dossier = speech.dossier
        is_open = row.kept == Kept.OPEN
        url = reverse("referrals:promise", args=[speech.pk, row.pk]) if may and is_open else ""
        shown = tag(row.get_kept_display(), "act" if is_open else "good", "clock" if is_open else "done")
        found.append({"title": row.text, "at": day(row.due_on), "url": url, "tag": shown})
    return found


def moves(speech: Representation, actor: Any) -> list[dict[str, Any]]:
    """What was done, newest first."""
    found = []
    for row in RepresentationMove.objects.filter(representation=speech).select_related("actor").order_by("-at"):
        row.dossier = speech.dossier
        found.append(
            {"title": MOVES[row.verb], "at": when(row.at, actor), "by": row.actor.name, "text": row.note or ""}
        )
    return found
