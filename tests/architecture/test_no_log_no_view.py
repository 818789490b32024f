"""No log, no view: whatever shows a record, a list or a refusal leaves its event in the transaction that shows it.

Walks over the whole router as every seat (safety.md §4, HS-22). What needs no event stands here with the reason.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import DatabaseError, connection

from foundation.audit import trail
from foundation.core.acting import ACTOR
from tests.architecture import matrix, visits

pytestmark = pytest.mark.proof("trail")
TABLE = {**matrix.PAGES, **matrix.API}
STAFF = "who works here, and their way in; no matter of a person"
LISTS_THAT_LEAVE = "who asked for which list; the codes in it are recorded when they are shown"
WATCH = "the work list of who watches: each step on it is recorded, and so is whatever it leads to"
OWN_WORDS = "a step of one's own draft: nobody but its author opens it, and saving it is recorded"

RULES = "a form for a rule of the house; no matter of a person, and setting it is recorded"

READY = "how a unit stands, and who was trained for what; no matter of a person"
READINESS = ("cover held", "decide training", "fill readiness", "record worker", "register unit", "units",
             "step readiness waiting")  # fmt: skip
STEPS = ("limits", "where", "danger", "words", "wishes", "agreement", "contact", "check", "discard")
ABOUT_PEOPLE = ("people", "person person", "deactivate person", "reopen person", "end_sessions person",
                "reset_factors person", "end_appointment appointment")  # fmt: skip
WATCHING = (
    "GET accesses", "GET access access", "GET confirm access", "GET refuse access", "GET ask", "POST ask", "GET alerts",
    "GET alert alert", "GET look alert", "GET decoys", "GET retire decoy", "GET why", "POST why",
    *(f"{method} {verb} alert" for method in ("GET", "POST") for verb in ("explain", "note", "report")),
)  # fmt: skip
PATHWAYS = "whom everybody may ask; no matter of a person"
# Answers of 200 that show no record, or nothing that was not said in the same breath.
SILENT = {
    "GET accounts:you": "one's own seats", "GET accounts:appointments": "who shall work here; no matter of a person",
    "GET cases:search": "the empty field; the search itself is recorded",
    "GET core:health": "public", "GET core:help": "public", "GET core:protect": "public",
    "GET core:leaving": "an empty page", "GET core:left": "an empty page",
    "GET accounts:conduct": "the code of conduct", "POST accounts:conduct": "the code of conduct again",
    "GET accounts:second_step": "one's own second step", "GET upkeep:ready": "public",
    "GET upkeep:status": "times and counts of the machine; no matter of a person",
    "GET consent:start": "the rooms of data protection and how much waits there; no matter of a person",
    "GET consent:show": "what is shown to everybody, of nobody",
    "GET consent:notice_publish proposal": "what is said to everybody, before it is published",
    "GET consent:notice_write": "what is said to everybody, to be changed", "POST consent:notice_write": "the same again",
    **{f"{method} consent:{page}": RULES for method in ("GET", "POST") for page in ("assessment_new", "basis", "rule_new")},
    "GET consent:rule_step rule": RULES,
    "GET consent:incident_report": "three empty fields", "POST consent:incident_report": "three fields again",
    "GET cases:safeguarding_ask": "four empty fields", "POST cases:safeguarding_ask": "four fields again",
    "GET cases:safeguarding_received": "a code that oneself was just given, once",
    "GET referrals:ways": PATHWAYS, "GET referrals:way pathway": PATHWAYS,
    "GET referrals:enter_code": "an empty field", "POST referrals:enter_code": "the field again",
    "GET referrals:capacity": "what units can give; no matter of a person", "GET referrals:capacity_declare capacity": RULES,
    "POST referrals:capacity_declare capacity": RULES, "GET referrals:capacity_drop capacity": RULES,
    "GET accounts:roles": "what each seat is for",
    **{f"{m} cases:{p}_new": "empty fields, and again" for m in ("GET", "POST") for p in ("harm", "issue", "lesson")},
    **{f"{method} readiness:{page}": READY for page in READINESS for method in ("GET", "POST")},
    "POST cases:closure_agree closure": "a refusal in words that are the same for every record",
    "POST riskanalysis:assess threat": "a refusal in words that are the same for every record",
    "GET api:openapi": "public", "GET api:problems": "public", "GET api:hsds_root": "which version of HSDS",
    **{f"GET api:hsds_{page}": "closed lists of the program"
       for page in ("taxonomies", "taxonomy taxonomy", "taxonomy_terms", "taxonomy_term term")},
    "POST cases:search": "the field again, without a word in it",
    "POST cases:erasure_refuse erasure": "a refusal in words that are the same for every record",
    "GET accounts:again": "asks who it is", "POST accounts:again": "asks again who it is",
    "GET accounts:sessions": "where oneself is signed in",
    **{f"GET accounts:{page}": STAFF for page in ABOUT_PEOPLE}, "POST accounts:reopen person": STAFF,
    "GET exports:index": LISTS_THAT_LEAVE, "GET exports:export export": LISTS_THAT_LEAVE,
    "GET exports:ask": LISTS_THAT_LEAVE, "POST exports:ask": LISTS_THAT_LEAVE,
    **{page.replace(" ", " watch:", 1): WATCH for page in WATCHING},
    **{f"GET cases:{step} draft": OWN_WORDS for step in STEPS},
    **{f"POST cases:{step} draft": OWN_WORDS for step in STEPS},
}  # fmt: skip


@dataclass
class Watch:
    """What was recorded during one request, and whether it stood inside the view's transaction."""

    verbs: list[str] = field(default_factory=list)
    actors: list[int | None] = field(default_factory=list)
    is_inside: list[bool] = field(default_factory=list)

    def __call__(self, verb: str, **more: Any) -> None:
        self.verbs.append(verb)
        self.actors.append(ACTOR.get())
        self.is_inside.append(connection.in_atomic_block)
        recorded(verb, **more)


recorded = trail.record


@pytest.fixture
def world(house, browse):
    return visits.build(house, browse)


def key(method: str, route: str, thing: str) -> str:
    return f"{method} {route} {thing}".strip()


def answers(kinds: tuple[str, ...]) -> list[tuple[str, str, str, str]]:
    """(method, route, thing, seat) of every cell of the table with one of these answers."""
    found = []
    for method, route, thing in visits.rows():
        if visits.kind(route) == visits.FOREIGN:
            continue
        cells = TABLE[key(method, route, thing)].split()
        found += [
            (method, route, thing, seat)
            for seat, code in zip(visits.seats(route), cells, strict=True)
            if code in kinds and seat not in ("nobody", "person")
        ]
    return found


def test_everything_that_is_shown_leaves_an_event_in_its_transaction(world, monkeypatch, figure):
    silent, n_shown = [], 0
    for method, route, thing, seat in answers(("200", "422")):
        watch = Watch()
        with monkeypatch.context() as patch:
            patch.setattr(trail, "record", watch)
            visits.attempt(world, seat, method, route, thing)
        name = key(method, route, thing)
        is_shown = bool(watch.verbs) and all(watch.is_inside) and None not in watch.actors
        n_shown += is_shown
        silent += [] if is_shown or name in SILENT else [f"{seat} {name}"]
    assert silent == [], "record it, or say here why it shows nothing"
    figure(f"{n_shown:,} answers that show something, each with its event in the same transaction")


def test_what_cannot_be_recorded_is_not_shown(world, monkeypatch, figure):
    """The trail breaks: every page that shows something is refused, whoever asks."""

    def broken(verb: str, **more: Any) -> None:
        raise DatabaseError("the trail cannot be written")

    shown, n_refused = [], 0
    for client in world.clients.values():
        getattr(client, "client", client).raise_request_exception = False
    for method, route, thing, seat in answers(("200",)):
        name = key(method, route, thing)
        if name in SILENT:
            continue
        with monkeypatch.context() as patch:
            patch.setattr(trail, "record", broken)
            _url, answer = visits.attempt(world, seat, method, route, thing)
        n_refused += answer.status_code == 500
        shown += [f"{seat} {name}: {answer.status_code}"] if answer.status_code != 500 else []
    assert shown == []
    figure(f"{n_refused:,} pages not shown while the trail cannot be written, 0 shown")


def test_every_refusal_of_a_record_is_recorded(world, monkeypatch, figure):
    """Who tried: the seat, what for and which record; in a transaction of its own, as the view's was undone."""
    silent, n_refused = [], 0
    for method, route, thing, seat in answers(("403", "404")):
        if not thing:
            continue
        watch = Watch()
        with monkeypatch.context() as patch:
            patch.setattr(trail, "record", watch)
            visits.attempt(world, seat, method, route, thing)
        n_refused += "access.denied" in watch.verbs
        silent += [] if "access.denied" in watch.verbs else [f"{seat} {key(method, route, thing)}"]
    assert silent == []
    figure(f"{n_refused:,} refusals of a record, each with its event")


def test_what_is_silent_is_still_there():
    assert set(SILENT) <= {key(*row) for row in visits.rows()}, "an exception that nobody needs any more"
