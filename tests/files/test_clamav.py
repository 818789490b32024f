"""The scanner's client against a daemon that speaks the protocol, well and badly: without a verdict nothing is clean."""

import time

import pytest

from foundation.files import clamav
from foundation.files.apps import _check_address
from foundation.files.clamav import Unavailable, is_infected, is_there
from tests.clamd import HARMFUL, clamd


@pytest.fixture(params=["unix", "tcp"])
def daemon(request, settings):
    with clamd(request.param) as running:
        settings.CLAMAV = running.address
        yield running


def code_of(content: bytes = b"x", seconds: float = 5) -> str:
    with pytest.raises(Unavailable) as refused:
        is_infected(content, seconds)
    return refused.value.code


def test_what_is_harmless_is_clean_and_arrives_whole(daemon):
    contents = [b"", b"x", b"papers " * 30_000, bytes(range(256)) * 1024]
    assert [is_infected(content) for content in contents] == [False] * 4
    assert daemon.scanned == contents


def test_what_is_harmful_is_found_wherever_it_lies(daemon):
    assert is_infected(HARMFUL)
    assert is_infected(b"a" * 200_000 + HARMFUL)


def test_a_ping_is_answered(daemon):
    assert is_there()
    assert daemon.n_pings == 1
    assert daemon.scanned == []


@pytest.mark.parametrize("manner", ["error", "half", "mute", "babble", "long", "empty"])
def test_whatever_is_not_a_verdict_is_not_clean(daemon, manner):
    """ERROR, an answer that breaks off, none at all, another word: the file waits (safety.md §1)."""
    daemon.manner = manner
    assert code_of() == "unclear"
    assert code_of(HARMFUL) == "unclear"


def test_a_daemon_that_hangs_costs_the_time_that_was_given_and_no_more(daemon):
    daemon.manner = "hang"
    began = time.monotonic()
    assert code_of(seconds=0.3) == "slow"
    assert code_of(b"x" * 5_000_000, seconds=0.3) == "slow"
    assert not is_there(0.3)
    assert time.monotonic() - began < 3


def test_a_file_over_the_daemons_limit_waits_and_says_why(daemon):
    daemon.limit = 100_000
    assert code_of(b"x" * 5_000_000) == "limit"
    assert not is_infected(b"x" * 100_000)


@pytest.mark.parametrize("address", ["unix:/nowhere/clamd.ctl", "tcp://127.0.0.1:9", "clamav:3310", ""])
def test_a_daemon_that_is_not_there_is_away(settings, address):
    settings.CLAMAV = address
    assert code_of() == "away"
    assert not is_there()
    assert clamav.is_connected() == bool(address)


@pytest.mark.parametrize(
    ("address", "is_right"),
    [("", True), ("unix:/run/clamav/clamd.ctl", True), ("tcp://clamav:3310", True), ("tcp://clamav", True),
     ("clamav:3310", False), ("/run/clamd", False), ("unix:clamd", False), ("http://clamav:3310", False)],
)  # fmt: skip
def test_an_address_that_would_never_answer_is_said_at_the_start(settings, address, is_right):
    settings.CLAMAV = address
    assert (_check_address() == []) == is_right
