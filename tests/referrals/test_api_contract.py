"""The API against its own description: whatever a partner sends, the answer is one that the description promises (proof 3).

Schemathesis makes the requests, valid and not, from the published document; most of them ask for a referral that exists.
"""

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from referrals.models import Service
from tests import factories, partner
from tests.referrals.test_api_read import withdraw
from tests.referrals.walking import walked

pytestmark = [pytest.mark.proof("contract"), pytest.mark.django_db(transaction=True)]

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance,
]  # fmt: skip
CALLERS: dict[str, tuple[str, dict[str, str]]] = {
    "recipient": ("Quayside Legal Clinic", {"scope": partner.EVERYTHING}),
    "other partner": ("Lantern House", {"scope": partner.EVERYTHING}),
    "reads only": ("Quayside Legal Clinic", {"scope": "referrals:read"}),
}
STATES = ("sent", "info_requested", "acknowledged", "accepted", "in_progress", "on_hold", "completed", "declined")
N_EXAMPLES = 25


@pytest.fixture
def house(live_server) -> factories.House:
    """The demonstration, behind a server that answers over HTTP."""
    with transaction.atomic():
        return factories.house()


@pytest.fixture
def known(house) -> list[str]:
    """Referrals in the states that a recipient meets."""
    with transaction.atomic():
        case = factories.case(house)
        found = [walked(house, case, state) for state in STATES]
        recalled = factories.sent(house)
        withdraw(house, recalled)
        listed = [house.services["Safe shelter"], house.services["Safe shelter"].partner]
        return [str(row.pk) for row in (*found, recalled, *listed)]


@pytest.fixture
def entries(house) -> list[str]:
    """The recipient's own entries of the directory."""
    rows = Service.objects.filter(partner__organisation__name="Quayside Legal Clinic")
    return [str(pk) for pk in rows.values_list("pk", flat=True)]


@pytest.fixture
def operations(live_server) -> dict[str, Any]:
    """Every operation of the published document but the token's, which answers by another standard."""
    schema = schemathesis.openapi.from_url(f"{live_server.url}/api/v1/openapi.json")
    found = {str(one.ok().label): one.ok() for one in schema.get_all_operations()}
    return {label: operation for label, operation in found.items() if "oauth" not in label}


@pytest.mark.slow
@pytest.mark.parametrize("caller", sorted(CALLERS))
def test_the_api_keeps_its_description_whatever_it_is_sent(house, known, entries, operations, caller, figure):
    name, more = CALLERS[caller]
    facts = house.clients[name]
    bearer = partner.Api(facts["client_id"], facts["client_secret"]).sign_in(**more).bearer
    statuses: Counter[int] = Counter()
    for operation in operations.values():
        there = entries if "{service}" in operation.path else known
        attempt = asked(operation, there, bearer, statuses)
        attempt()
    assert not [status for status in statuses if status >= 500]
    assert statuses[200] > 0, "the positive control: some requests do go through"
    assert {400, 404} <= set(statuses)
    is_told = bool(statuses[409] or statuses[410])
    assert is_told == (caller == "recipient") or caller == "reads only", (
        "who may read may be told that it was taken back"
    )
    assert bool(statuses[403]) == (caller == "reads only")
    told = ", ".join(f"{status} × {n:,}" for status, n in sorted(statuses.items()))
    figure(f"{caller}: {len(operations)} operations, {sum(statuses.values()):,} requests, all as described: {told}")


def asked(operation: Any, known: list[str], bearer: str, statuses: Counter[int]) -> Any:
    """A generated test of one operation: valid and invalid requests, with and without an id and a version that exist."""
    both = st.one_of(
        operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE),
    )

    @settings(
        max_examples=N_EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=both, pk=st.sampled_from([*known, *[None] * 4]), match=st.sampled_from(["*", None]))
    def one(case: Any, pk: str | None, match: str | None) -> None:
        if case.path_parameters and pk:
            case.path_parameters[next(iter(case.path_parameters))] = pk
        headers = {"Authorization": f"Bearer {bearer}", **({"If-Match": match} if match else {})}
        response = case.call(headers=headers)
        statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    return one


def test_the_document_describes_every_verb_of_the_partner(operations, known):
    verbs = {label.rsplit("/", 1)[-1] for label in operations if label.startswith("POST")}
    assert {
        "acknowledge",
        "accept",
        "decline",
        "ask",
        "start",
        "complete",
        "not-complete",
        "confirm-withdrawal",
    } <= verbs
    assert all(UUID(pk) for pk in known)
