"""The life-cycle of a representation: one table for guards, buttons and the database (domain.md §11.3)."""

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.core.acting import acting
from referrals.models import Representation
from referrals.speech import SpeechStatus
from referrals.speech_states import OPEN, OUTSIDE, RETURNS, SPEECH, UNSENT
from tests.referrals import speaking as made

PAIRS = {(str(a), str(b)) for a, b in SPEECH.pairs(RETURNS)}
walks = st.lists(st.sampled_from(sorted(SpeechStatus.values)), min_size=1, max_size=8)


def test_every_state_is_reached_and_none_but_closed_is_an_end():
    reached = {str(SpeechStatus.DRAFT)} | {target for _source, target in PAIRS}
    assert reached == set(SpeechStatus.values)
    assert set(SpeechStatus.values) - {source for source, _target in PAIRS} == {"closed"}


def test_whatever_is_open_can_be_suspended_and_comes_back_where_it_was():
    """Any → suspended: while reprisals are suspected, nothing goes on from anywhere."""
    assert SPEECH.moves["suspend"].sources == OPEN == UNSENT | OUTSIDE
    assert RETURNS["resume"] == OPEN


def test_nothing_is_raised_but_from_approval():
    before = {source for source, target in PAIRS if target == "sent" and source not in ("suspended", "sent")}
    assert before == {"approval"}
    assert {source for source, target in PAIRS if target == "approval"} == {
        "appropriateness_check",
        "approval",
        "suspended",
    }


@pytest.fixture
def speech(house):
    return made.sent(house)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walks)
def test_the_database_lets_pass_what_the_table_says_and_nothing_else(house, speech, walk):
    """Any walk, by SQL as the application's role, past every action."""
    with acting(house.people["caseworker"].pk), transaction.atomic():
        here = "sent"
        for target in walk:
            was_let = is_let(speech, target)
            assert was_let == (here == target or (here, target) in PAIRS), (here, target)
            here = target if was_let else here
        transaction.set_rollback(True)


def is_let(speech, target: str) -> bool:
    try:
        with transaction.atomic():
            Representation.objects.filter(pk=speech.pk).update(status=target)
    except DatabaseError:
        return False
    return True
