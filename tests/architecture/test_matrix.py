"""The permission matrix, generated from the router: no address without a row, no answer that differs (proof 1).

Hidden and absent are compared byte by byte, so that nobody learns from an answer that a record exists.
"""

import pytest
import time_machine
from django.utils import timezone

from tests.architecture import matrix, visits

pytestmark = pytest.mark.proof("matrix")

TABLE = {**matrix.PAGES, **matrix.API, **matrix.FOREIGN}
OFFICE = (
    "consent:assessment",
    "consent:rule",
    "consent:incident",
    "readiness:",
    "referrals:partner",
    "referrals:program",
    "referrals:service",
    "referrals:vetting",
    "referrals:way",
    "api:hsds",
)
"""Rooms of the house: registers of partners, programs, services, pathways, readiness, training: no word of a person at risk."""
GROUPS = {
    "concerns": lambda route: "concerns/" in visits.routes()[route],
    "cases": lambda route: route.startswith("cases:") and "concerns/" not in visits.routes()[route],
    "referrals": lambda route: route.startswith("referrals:"),
    "api": lambda route: visits.kind(route) == visits.API,
    "the rest": lambda route: (
        visits.kind(route) == visits.PAGES and not route.startswith(("cases:", "referrals:", "exports:"))
    ),
    "exports": lambda route: route.startswith("exports:"),
    "libraries": lambda route: visits.kind(route) == visits.FOREIGN,
}


def key(method: str, route: str, thing: str) -> str:
    return f"{method} {route} {thing}".strip()


def rows(group: str) -> list[tuple[str, str, str]]:
    def belongs(route: str) -> bool:
        return bool(GROUPS[group](route)) and not (group == "concerns" and not route.startswith("cases:"))

    return [row for row in visits.rows() if belongs(row[1])]


@pytest.fixture
def world(house, browse):
    return visits.build(house, browse)


def test_every_address_of_the_router_has_its_row_and_every_row_its_address():
    assert {key(*row) for row in visits.rows()} == set(TABLE)
    assert sorted(row for group in GROUPS for row in rows(group)) == sorted(visits.rows())


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_every_seat_gets_the_answer_of_the_table_and_hidden_is_absent_to_the_byte(world, group, figure):
    wrong, told, n_compared = [], [], 0
    with time_machine.travel(timezone.now(), tick=False):  # every page says which minute it is
        for method, route, thing in rows(group):
            got = {seat: visits.attempt(world, seat, method, route, thing) for seat in visits.seats(route)}
            found = " ".join(str(answer.status_code) for _url, answer in got.values())
            if found != TABLE[key(method, route, thing)]:
                wrong.append(f"{key(method, route, thing)}: {found}, not {TABLE[key(method, route, thing)]}")
            for seat, hidden in got.items() if thing else ():
                is_same = same_as_absent(world, (seat, method, route), hidden)
                n_compared += is_same is not None
                told += [f"{seat} {method} {route}"] if is_same is False else []
    assert wrong == []
    assert told == [], "the answer tells that the record exists"
    assert n_compared > 0 or group == "libraries"
    n_asked = sum(len(visits.seats(row[1])) for row in rows(group))
    figure(f"{group}: {n_asked:,} answers as reviewed, {n_compared:,} refusals equal to those for what is absent")


def same_as_absent(world, who_asks_what: tuple[str, str, str], hidden) -> bool | None:
    """Whether a refusal is the same for a record that does not exist; None where nothing was refused."""
    url, answer = hidden
    if answer.status_code not in (401, 403, 404, 405):
        return None
    other, absent = visits.attempt(world, *who_asks_what, "absent")
    if answer.status_code == 403 and absent.status_code == 404:
        return None  # the record may be seen, the verb is not this seat's
    return bool(visits.same(answer, url) == visits.same(absent, other))


# --- the table itself, held against the rules it was reviewed by


def cells(table: dict[str, str], names: tuple[str, ...]) -> list[tuple[str, dict[str, str]]]:
    return [(row, dict(zip(names, answers.split(), strict=True))) for row, answers in table.items()]


def on_a_record(row: str) -> bool:
    """A person's matter: not an appointment, a message, an alert about who works here, a notice, nor a rule of the house."""
    others = (
        "accounts:",
        "upkeep:",
        "watch:",
        "consent:notice",
        "referrals:capacity",
        "referrals:authority",
        "api:service",
        "cases:lesson",
        "cases:leaving",
        *OFFICE,
    )
    return len(row.split()) == 3 and not row.split()[1].startswith(others)


def test_no_answer_is_an_error_of_ours():
    assert not [row for row, answers in TABLE.items() if any(code.startswith("5") for code in answers.split())]


@pytest.mark.parametrize("seat", ["outsider", "data_officer", "administrator"])
def test_who_is_on_no_list_opens_no_record(seat):
    """A4.8 and scenario 16: a caseworker of another unit, the data officer and the administrator.

    An erasure or a hold that waits for a second person is the data officer's to decide, the case behind it stays shut
    (HS-20); so is what the person asks for, in a folder of its own; and figures after disclosure control are the officer's
    to read.
    """
    opened = {
        row for row, got in cells(matrix.PAGES, visits.PEOPLE) if on_a_record(row) and got[seat] not in ("404", "405")
    }
    own = (
        "GET cases:erasure",
        "POST cases:erasure",
        "GET cases:exception",
        "POST cases:exception",
        "GET riskanalysis:report",
        "GET consent:hold",
        "POST consent:hold",
        "GET consent:request",
        "POST consent:request",
    )
    decides = {row for row in opened if row.startswith(own)}
    assert opened - (decides if seat == "data_officer" else set()) == set()


def test_the_partners_people_open_what_is_offered_to_them_and_nothing_else():
    rows = [(row, got["partner_worker"]) for row, got in cells(matrix.PAGES, visits.PEOPLE) if on_a_record(row)]
    assert {row for row, code in rows if code not in ("404", "405")} == {
        "GET referrals:offer referral",
        "GET referrals:respond referral",
        "POST referrals:respond referral",
        # where its own system is told, by ids: no word of a person stands there, and no other seat of these opens it
        "GET referrals:endpoint endpoint",
        "GET referrals:endpoint_step endpoint",
        "POST referrals:endpoint_step endpoint",
    }


def test_nobody_opens_anything_but_the_public_pages():
    everything = cells({**matrix.PAGES, **matrix.FOREIGN}, visits.PEOPLE)
    names = {row.split()[1] for row, got in everything if got["nobody"] not in ("302", "401", "405")}
    assert names <= {
        "upkeep:ready", "upkeep:metrics",
        "core:health", "core:help", "core:leaving", "core:left", "core:protect", "core:security", "account_login",
        "account_inactive", "accounts:directory", "accounts:directory_back",
        "account_reset_password", "account_reset_password_done",
        "account_reset_password_from_key", "account_reset_password_from_key_done",
    }  # fmt: skip


def test_another_partner_and_a_person_get_nothing_through_the_api():
    """Scenario 17."""
    for row, got in cells(matrix.API, visits.CALLERS):
        if row.split()[1] in ("api:openapi", "api:problems", "api:token"):
            continue
        assert got["person"] == got["nobody"] == "401", row
        if on_a_record(row):
            assert got["other partner"] in ("404", "405"), row


def test_only_the_administrator_enters_the_administrators_site():
    for row, got in cells(matrix.FOREIGN, visits.PEOPLE):
        if row.split()[1].startswith("admin"):
            others = {answer for seat, answer in got.items() if seat != "administrator"}
            assert others <= {"302", "404"}, row
            assert got["administrator"] != "200" or "case" not in row
