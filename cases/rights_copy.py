"""What is held about a person, in words for the person: made in the act, kept nowhere (domain.md §4.3, access).

Every sentence speaks to the person, in the language that is active. Workers stand by their role; what others wrote stays
out, and the copy says that it does.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.adapting import QUESTIONS, Difficulty, known
from cases.contributions import CONTRIBUTORS
from cases.files import files_of
from cases.identity import readers_of, zone_of
from cases.models import Case, CaseNote
from cases.story import TITLES, TOLD_ELSEWHERE, Story
from cases.views import summary
from consent.models import Decision
from consent.request_words import value_words
from consent.rights import CORRECTABLE
from consent.vocabulary import Answer, ContactMethod, Purpose
from foundation.accounts.models import Role
from foundation.core.words import day_words, isolated
from foundation.dossiers import actions as dossiers

Row = dict[str, Any]


def sections(case: Case, story: Story) -> list[dict[str, Any]]:
    """Titles with rows of a summary list; a section in which nothing is held says so."""
    found = [
        (_("What we know about you"), _known(case)),
        (_("How we reach you"), _contact(case)),
        (_("What you told us"), _told(case)),
        (_("What you decided"), [_decision(case, row, story) for row in story.decisions]),
        (_("Who was told something about you"), _passed_on(case)),
        *_added(story),
        (_("What we did"), _events(case)),
        (_("Who can open it here"), _readers(case)),
        (_("What is not in this copy"), _left_out(case)),
    ]
    return [{"title": title, "rows": rows} for title, rows in found]


def _known(case: Case) -> list[Row]:
    person = case.person
    values = {"alias": person.alias, "name": person.name, "date_of_birth": person.date_of_birth, **person.facts}
    rows: list[Row] = [
        {"key": label, "value": value_words(code, values[code]), "typed": True}
        for code, label in CORRECTABLE.items()
        if values.get(code)
    ]
    answers = known(case).items()
    return rows + [{"key": QUESTIONS[code], "value": Difficulty(said).label} for code, said in answers]


def _contact(case: Case) -> list[Row]:
    contact = case.person.contact
    method = contact.get("method")
    rows = [
        (_("How"), str(ContactMethod(method).label) if method else ""),
        (_("Number, place or person"), contact.get("value")),
        (_("Safe times"), contact.get("safe_times")),
        (_("Code word to ask for first"), contact.get("code_word")),
    ]
    return [{"key": key, "value": value, "typed": True} for key, value in rows if value]


def _told(case: Case) -> list[Row]:
    concern = case.concern
    day = day_words(concern.submitted_at or case.opened_at, zone_of(case))
    rows: list[Row] = [
        {"key": _("When, and where"), "lines": [day, str(concern.get_setting_display())]},
        {"key": _("Mostly about"), "value": summary.category(concern)},
        {"key": _("Immediate danger"), "lines": summary.flags(concern) or [_("None of the signs")]},
    ]
    said = ((_("What you said"), concern.summary), (_("What you want"), concern.wishes))
    return rows + [{"key": key, "value": value, "typed": True} for key, value in said if value]


def _decision(case: Case, decision: Decision, story: Story) -> Row:
    zone = zone_of(case)
    whom = isolated(str(story.names.get(decision.recipient_id, case.unit.name)))
    lines = [whom, f"{Answer(decision.answer).label}, {day_words(decision.valid_from, zone)}"]
    if decision.withdrawn_at:
        lines.append(_("You took it back on %(day)s.") % {"day": day_words(decision.withdrawn_at, zone)})
    elif decision.is_active():
        lines.append(_("It counts until %(day)s.") % {"day": day_words(decision.valid_until, zone)})
    if decision.condition:
        lines.append(_("Your condition: %(text)s") % {"text": isolated(decision.condition)})
    return {"key": Purpose(decision.purpose).label, "lines": lines}


def _passed_on(case: Case) -> list[Row]:
    rows = [row for contributor in CONTRIBUTORS for row in contributor.for_person(case, zone_of(case))]
    return rows or [{"key": _("Outside our organisation"), "value": _("Nobody")}]


def _added(story: Story) -> list[tuple[str, list[Row]]]:
    """What other apps hold about the person, such as how the risk was seen."""
    added = [section for section in story.added("sections") if section["lines"]]
    return [(section["title"], [_line(line) for line in section["lines"]]) for section in added]


def _line(line: dict[str, Any]) -> Row:
    return {"key": line["what"], "value": f"{line['tag']['text']}, {line['when']}"}


def _events(case: Case) -> list[Row]:
    """Days and kinds of steps; never who took them, nor the words of a note."""
    rows = CaseNote.objects.filter(case=case).exclude(event__in=("note", *TOLD_ELSEWHERE)).order_by("written_at")
    known = rows.values_list("written_at", "event")
    return [
        {"key": day_words(at, zone_of(case)), "value": str(TITLES[event])} for at, event in known if event in TITLES
    ]


def _readers(case: Case) -> list[Row]:
    found = readers_of(case, dossiers.readers(case.dossier))
    roles = [str(Role(role).label) for role, names in found.items() if role in Role.values and names]
    return [{"key": _("By their role"), "lines": [_("Who follows up"), *dict.fromkeys(roles)]}]


def _left_out(case: Case) -> list[Row]:
    n_notes = CaseNote.objects.filter(case=case, event="note").count()
    n_files = len(files_of(case))
    notes = ngettext("%(n)d note of people who work here", "%(n)d notes of people who work here", n_notes)
    files = ngettext("%(n)d file", "%(n)d files", n_files)
    why = _("They hold words and names of others. You can ask what they are about.")
    shown = _("You can have it shown to you here.")
    names = {"key": _("Names of people who work here"), "value": _("They stand by their role, for their safety.")}
    return [
        *([{"key": notes % {"n": n_notes}, "value": why}] if n_notes else []),
        *([{"key": files % {"n": n_files}, "value": shown}] if n_files else []),
        names,
    ]
