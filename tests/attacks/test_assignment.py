"""Nobody sets a field that is not theirs: every field of every model is sent to every serializer and form (proof 11)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, Concern
from foundation.accounts.models import User
from foundation.core.acting import acting
from foundation.dossiers import clerk
from referrals.api.serializers import BODIES
from referrals.models import Referral
from tests import factories, partner
from tests.cases import walk
from tests.referrals.test_pages import consent_data
from tests.referrals.walking import walked

VERIFIED = {"text": "It helped.", "got": "yes", "was_safe": "yes"}

pytestmark = [pytest.mark.proof("assignment"), pytest.mark.slow]

OURS = ("accounts", "vault", "outbox", "dossiers", "consent", "cases", "referrals")
VALID: dict[str, dict[str, str]] = {
    "ask": {"text": "Which papers?"}, "decline": {"reason": "no_capacity"}, "complete": {"outcome": "met"},
    "not-complete": {"outcome": "not_met"}, "confirm-withdrawal": {"confirmation": "deleted"},
}  # fmt: skip
HOSTILE, AT_ONCE = "hostile-value", 12
CHANGES = re.compile(r'^(INSERT INTO|UPDATE) "(\w+)"(.*)$', re.S)
COLUMN = re.compile(r'"(\w+)" = ')


def every_field() -> set[str]:
    """The names that any model of ours has, with and without ``_id``."""
    ours = [model for model in apps.get_models() if model._meta.app_label in OURS]
    return {name for model in ours for f in model._meta.concrete_fields for name in (f.name, f.attname)}


# --- the API: an unknown field is refused, whatever else the body holds


@pytest.mark.parametrize("verb", sorted(BODIES))
def test_the_api_takes_the_fields_of_its_body_and_refuses_every_other(house, verb, figure):
    referral = factories.sent(house)
    api = partner.api(house)
    own = set(BODIES[verb]().fields)
    others = sorted(every_field() - own)
    with clerk.as_clerk():
        before = Referral.objects.filter(pk=referral.pk).values().get()
    for start in range(0, len(others), AT_ONCE):
        sent = others[start : start + AT_ONCE]
        answer = api.post(
            f"/{referral.pk}/{verb}", {**VALID.get(verb, {}), **dict.fromkeys(sent, HOSTILE)}, if_match="*"
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "sender.invalid"), sent
        assert set(answer.json()["errors"]) == set(sent), "each is named"
    with clerk.as_clerk():
        assert Referral.objects.filter(pk=referral.pk).values().get() == before
    figure(f"API {verb}: {len(others)} fields that are not its own, each refused, the row unchanged")


# --- pages: what is not the form's own changes nothing


def hostile(taken: set[str]) -> dict[str, str]:
    """A value for every field of every model that the page's own form does not have."""
    other = User.objects.get(email="outsider@amparo.example").pk
    found: dict[str, str] = {}
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            for field in model._meta.concrete_fields:
                found |= dict.fromkeys((field.name, field.attname), _value(field, other))
    return {name: value for name, value in found.items() if name not in taken}


def _value(field: Any, other: int) -> str:
    if field.choices:
        return str(list(field.choices)[-1][0])
    if isinstance(field, models.BooleanField):
        return "on"
    if isinstance(field, models.DateTimeField | models.DateField):
        return "2001-01-01"
    if isinstance(field, models.ForeignKey | models.IntegerField):
        return str(other)
    return HOSTILE


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def written(client: Client, url: str, data: dict[str, Any]) -> tuple[int, list[Any], str]:
    """Status, which columns of which tables were written in which order, and where the answer leads."""
    with undone(), CaptureQueriesContext(connection) as queries:
        answer = client.post(url, data)
    found = []
    for query in queries:
        if match := CHANGES.match(query["sql"]):
            verb, table, rest = match.groups()
            if table.split("_")[0] in OURS:
                found.append((verb, table, sorted(COLUMN.findall(rest.split(" WHERE ")[0]))))
    assert HOSTILE not in "".join(query["sql"] for query in queries if "INSERT INTO trail" not in query["sql"])
    return answer.status_code, found, re.sub(r"[0-9a-f-]{36}", "ID", answer.get("Location", ""))


def own_fields(client: Client, url: str) -> set[str]:
    """The names of the form's own controls."""
    page = client.get(url).content.decode()
    return set(re.findall(r'<(?:input|select|textarea|button)[^>]*\sname="([^"]+)"', page))


class World:
    """One of each matter and the people's browsers; ``pages`` are the forms with answers that are accepted."""

    def __init__(self, house: factories.House, browse: Any) -> None:
        self.house, self.browse = house, browse
        self.volunteer, self.lead = browse(house.people["volunteer"]), browse(house.people["focal_point"])
        self.worker, self.partner = browse(house.people["caseworker"]), browse(house.people["partner_worker"])
        self.service = house.services["Papers and status service"]
        self.case: Case = factories.case(house)

    def at(self, name: str, *args: Any) -> str:
        return reverse(name, args=[getattr(arg, "pk", arg) for arg in args])

    def draft_step(self, step: str) -> tuple[Client, str, dict[str, Any]]:
        pk = walk.start(self.volunteer)
        walk.fill_in(self.volunteer, pk, "limits", *(["agreement"] if step == "contact" else []))
        revision = walk.shown_revision(self.volunteer.get(walk.url(step, pk)))
        return self.volunteer, walk.url(step, pk), {**walk.ANSWERS[step], "revision": revision}

    def check(self) -> tuple[Client, str, dict[str, Any]]:
        pk = walk.start(self.volunteer)
        walk.fill_in(self.volunteer, pk)
        return (
            self.volunteer,
            walk.url("check", pk),
            {"revision": walk.shown_revision(self.volunteer.get(walk.url("check", pk)))},
        )

    def triage(self) -> tuple[Client, str, dict[str, Any]]:
        concern: Concern = factories.submitted(self.house)
        data = {**walk.TRIAGE, "owner": self.house.people["caseworker"].pk}
        return self.lead, self.at("cases:triage", concern), data

    def consent(self) -> tuple[Client, str, dict[str, Any]]:
        return (
            self.worker,
            self.at("cases:case_consent", self.case) + f"?service={self.service.pk}",
            consent_data(self.service),
        )

    def prepare(self) -> tuple[Client, str, dict[str, Any]]:
        factories.agreed(self.house, self.case, self.service)
        return self.worker, self.at("referrals:prepare", self.case, self.service), {"reason": "Help to get papers back"}

    def referral_step(self, state: str, verb: str, who: Client, **data: str) -> tuple[Client, str, dict[str, Any]]:
        referral = walked(self.house, self.case, state)
        return who, self.at(f"referrals:{verb}", referral), data

    def respond(self, verb: str, **data: str) -> tuple[Client, str, dict[str, Any]]:
        referral = walked(self.house, self.case, "sent")
        return self.partner, self.at("referrals:respond", referral, verb), data

    def page(self, name: str) -> tuple[Client, str, dict[str, Any]]:
        """A form by name."""
        case = self.case
        ready: dict[str, Any] = {
            **{f"concern {step}": lambda step=step: self.draft_step(step) for step in walk.ANSWERS},
            "concern check": self.check,
            "triage": self.triage,
            "note": lambda: (self.worker, self.at("cases:case_notes", case), {"text": "Called."}),
            "person": lambda: (self.worker, self.at("cases:case_person", case), {"alias": "Mira", "district": "North"}),
            "assign": lambda: (self.lead, self.at("cases:assign", case), {"owner": self.house.people["focal_point"].pk}),
            "consent": self.consent,
            "prepare": self.prepare,
            "cancel": lambda: self.referral_step("sent", "cancel", self.worker, reason="person_moved"),
            "share": lambda: self.referral_step("awaiting_approval", "share", self.lead),
            "answer": lambda: self.referral_step("info_requested", "answer", self.worker, text="Call before noon."),
            "verify": lambda: self.referral_step("completed", "verify", self.worker, **VERIFIED),
            "partner accepts": lambda: self.respond("accept"),
            "partner declines": lambda: self.respond("decline", reason="no_capacity"),
            "partner asks": lambda: self.respond("ask", text="Which papers?"),
        }  # fmt: skip
        found: tuple[Client, str, dict[str, Any]] = ready[name]()
        return found


PAGES = (
    *(f"concern {step}" for step in walk.ANSWERS), "concern check", "triage", "note", "person", "assign", "consent",
    "prepare", "cancel", "share", "answer", "verify", "partner accepts", "partner declines", "partner asks",
)  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_a_page_writes_what_its_own_form_says_and_nothing_of_the_rest(house, browse, settings, name, figure):
    assert len(every_field()) > settings.DATA_UPLOAD_MAX_NUMBER_FIELDS, "all at once is refused already"
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
    client, url, data = World(house, browse).page(name)
    taken = own_fields(client, url) | set(data)
    more = hostile(taken)
    plain, attacked = written(client, url, data), written(client, url, {**more, **data})
    assert plain[0] in (302, 409), "the form alone is accepted, or the step is not to be taken from here"
    assert attacked == plain
    figure(f"page {name}: {len(more)} fields that are not its own, {len(attacked[1])} writes, the same as without them")


def test_the_comparison_sees_a_field_that_is_set(house, browse):
    """The positive control: one more column, or a hostile value, is noticed."""
    with acting(house.people["caseworker"].pk), CaptureQueriesContext(connection) as queries, transaction.atomic():
        case = factories.case(house)
        with acting(house.people["caseworker"].pk):
            Case.objects.filter(pk=case.pk).update(urgency="emergency")
    changed = [match.groups() for query in queries if (match := CHANGES.match(query["sql"]))]
    assert ("UPDATE", "cases_case") in {(verb, table) for verb, table, _rest in changed}
    assert any(COLUMN.findall(rest) for verb, _table, rest in changed if verb == "UPDATE")
    assert isinstance(case.pk, UUID)
