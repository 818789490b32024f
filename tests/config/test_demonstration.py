"""The demonstration at work: three branches, three languages, matters in every state, by the real actions, once."""

import json

import pytest

from cases.models import Case, Concern
from cases.states import CaseStatus, ConcernStatus
from config.demonstration import playing
from foundation.accounts.models import Unit, UnitKind, User
from foundation.core.acting import acting
from foundation.dossiers import clerk
from referrals import demo
from tests.factories import PASSWORD


@pytest.fixture
def fresh(house, tmp_path, monkeypatch):
    """The demonstration as it was just loaded, with its file somewhere else."""
    facts = tmp_path / "demo.json"
    facts.write_text(json.dumps({"people": {"caseworker": {"password": PASSWORD}}}))
    monkeypatch.setattr(demo, "place", lambda: facts)
    demo.furnish()
    return facts


def mine(key: str) -> list[Case]:
    """What one of the caseworkers opens."""
    user = demo.somebody(key)
    with acting(user.pk):
        return list(Case.objects.visible_to(user))


def test_it_is_played_once_and_shows_every_state(fresh):
    assert playing.play()
    with clerk.as_clerk():
        concerns = list(Concern.objects.all())
    cases = [case for key in ("caseworker", "caseworker_ru", "caseworker_ar") for case in mine(key)]
    assert {c.status for c in cases} >= set(CaseStatus) - {CaseStatus.ERASED, CaseStatus.IN_RESPONSE}
    assert {c.status for c in concerns} >= {*ConcernStatus} - {ConcernStatus.ERASED, ConcernStatus.SAFEGUARDING}
    assert {c.language for c in concerns} == {"en", "ru", "ar"}
    assert any(case.reopened_at for case in cases)
    assert Unit.objects.filter(kind=UnitKind.BRANCH).count() == 3
    known = json.loads(fresh.read_text())["people"]
    assert User.objects.get(email=known["caseworker_ar"]["email"]).language == "ar"
    assert "totp_secret" in known["focal_point_ru"]
    assert not playing.play(), "what has begun is not begun again"


def test_it_is_not_played_into_what_somebody_works_with(house, fresh):
    from tests import factories

    factories.draft(house)
    assert not playing.play()
