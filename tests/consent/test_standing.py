"""Where a consent stands, worked out from what happened (domain.md §5.4)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.models import Consent, Decision
from consent.standing import ConsentState, DecisionState, of_consent, of_decision
from consent.vocabulary import Answer

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def decision(answer=Answer.GRANTED, ends=30, **at):
    began = NOW - 10 * DAY
    return Decision(answer=answer, recipient_id=uuid4(), valid_from=began, valid_until=NOW + ends * DAY, **at)


ACTIVE, OVER = decision(), decision(ends=-1)
WITHDRAWN, REPLACED = decision(withdrawn_at=NOW - DAY), decision(superseded_at=NOW - DAY)
SUSPENDED, REFUSED, UNASKED = decision(suspended_at=NOW - DAY), decision(Answer.REFUSED), decision(Answer.NOT_ASKED)


@pytest.mark.parametrize(
    ("decisions", "state"),
    [
        ([], "draft"),
        ([UNASKED], "draft"),
        ([REFUSED], "refused"),
        ([REFUSED, UNASKED], "refused"),
        ([ACTIVE, REFUSED], "active"),
        ([ACTIVE, OVER], "active"),
        ([ACTIVE, WITHDRAWN], "partly_withdrawn"),
        ([WITHDRAWN, WITHDRAWN], "withdrawn"),
        ([WITHDRAWN, OVER, REPLACED], "withdrawn"),
        ([OVER, REPLACED], "expired"),
        ([REPLACED, REFUSED], "superseded"),
        ([SUSPENDED, OVER], "suspended"),
        ([SUSPENDED, ACTIVE], "active"),
    ],
)
def test_a_consent_stands_where_its_decisions_say(decisions, state):
    assert of_consent(Consent(), decisions, NOW) == state


def test_a_person_who_could_not_be_asked_gave_no_consent():
    assert of_consent(Consent(obstacle="not_safe"), [], NOW) == ConsentState.NOT_OBTAINABLE


def test_it_ends_at_the_very_moment_that_was_agreed():
    assert of_decision(ACTIVE, ACTIVE.valid_until - timedelta(microseconds=1)) == DecisionState.ACTIVE
    assert of_decision(ACTIVE, ACTIVE.valid_until) == DecisionState.EXPIRED


MOMENTS = st.none() | st.integers(0, 40).map(lambda days: NOW - 20 * DAY + days * DAY)
HISTORIES = st.builds(
    decision, answer=st.sampled_from(Answer.values), ends=st.integers(-9, 40), withdrawn_at=MOMENTS,
    superseded_at=MOMENTS, suspended_at=MOMENTS,
)  # fmt: skip


@given(st.lists(HISTORIES, max_size=6))
def test_whatever_happened_in_force_is_only_what_holds_an_active_decision(decisions):
    """HS-01: the word on the page and what a read asks are never of two minds."""
    is_active = any(one.is_active(NOW) for one in decisions)
    state = of_consent(Consent(), decisions, NOW)
    assert (state in (ConsentState.ACTIVE, ConsentState.PARTLY_WITHDRAWN)) == is_active
    assert all((of_decision(one, NOW) == DecisionState.ACTIVE) == one.is_active(NOW) for one in decisions)


@given(st.lists(HISTORIES, min_size=1, max_size=6))
def test_a_consent_that_was_over_stays_over_as_time_goes_on(decisions):
    """No state leads back into force by itself: only a new conversation does (HS-05)."""
    over = {ConsentState.WITHDRAWN, ConsentState.EXPIRED, ConsentState.SUPERSEDED, ConsentState.REFUSED}
    states = [of_consent(Consent(), decisions, NOW + days * DAY) for days in range(0, 60, 7)]
    first = next((n for n, state in enumerate(states) if state in over), len(states))
    assert set(states[first:]) <= over
