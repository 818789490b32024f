"""A lead who has just signed in, and cases to take out."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.internal.flows import login
from django.test import Client

from tests import factories


@pytest.fixture
def sign_in(browse) -> Callable[[Any], Client]:
    """A client that has just shown who it is, as the sign-in notes it in the session."""

    def fresh(person) -> Client:
        found = browse(person)
        session = found.session
        known = session[login.AUTHENTICATION_METHODS_SESSION_KEY]
        session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [{**record, "at": time.time()} for record in known]
        session.save()
        return found

    return fresh


@pytest.fixture
def cases(house):
    """Three cases of the harbour, one of them urgent."""
    return [factories.case(house, **more) for more in ({}, {"flags": ["held_captive"]}, {})]


@pytest.fixture
def deputy(house):
    """Another lead of the same unit."""
    return house.people["deputy"]


@pytest.fixture
def manager(house):
    """The lead of the branch above."""
    return house.people["manager"]
