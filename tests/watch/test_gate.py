"""Far beyond the budget of the seat the next folder asks why, and then opens; an emergency never waits (safety.md §1)."""

from uuid import uuid4

import pytest
from django.urls import reverse

from foundation.audit import trail
from foundation.core.acting import acting
from foundation.watch import gate
from foundation.watch.gate import ReasonNeeded
from tests import factories, partner
from tests.architecture.visits import same
from tests.watch.seeing import counted, read_many


@pytest.fixture(autouse=True)
def _small_budgets(settings):
    settings.WATCH_BUDGETS = {**settings.WATCH_BUDGETS, "caseworker": [2, 4], "focal_point": [3, 6]}
    settings.WATCH_REASON_COVERS = 2


@pytest.fixture
def lead(house, browse, focal_point):
    """The focal point, at the limit; what lies in the unit's folders counts for others."""
    made = [factories.submitted(house) for _ in range(5)]
    read_many(focal_point, max(6 - counted(focal_point)[0], 0))
    return browse(focal_point), [reverse("cases:concern", args=[concern.pk]) for concern in made]


def test_the_next_folder_asks_why_and_opens_after_the_answer(lead):
    client, urls = lead
    asked = client.get(urls[0])
    assert asked.status_code == 302
    assert asked["Location"] == f"{reverse('watch:why')}?next={urls[0].replace('/', '%2F')}"
    page = client.get(asked["Location"])
    assert page.status_code == 200
    answered = client.post(asked["Location"], {"why": "standing_in"})
    assert answered["Location"] == urls[0]
    assert client.get(urls[0]).status_code == 200


def test_one_answer_opens_the_next_few_and_then_it_is_asked_again(lead):
    client, urls = lead
    client.post(reverse("watch:why"), {"why": "handover"})
    assert [client.get(address).status_code for address in urls[:3]] == [200, 200, 302]


def test_a_folder_of_today_opens_without_a_question(lead):
    client, urls = lead
    client.post(reverse("watch:why"), {"why": "contact"})
    client.get(urls[0])
    client.get(urls[1])
    assert client.get(urls[2]).status_code == 302
    assert client.get(urls[0]).status_code == 200


def test_without_an_answer_nothing_opens_and_the_answer_is_one_of_the_list(lead):
    client, urls = lead
    for data in ({}, {"why": "because"}):
        assert client.post(reverse("watch:why"), data).status_code == 422
    assert client.get(urls[0]).status_code == 302


def test_what_waits_as_an_emergency_opens_at_once(lead, house):
    client, _urls = lead
    emergency = factories.submitted(house, flags=["held_captive"])
    assert client.get(reverse("cases:concern", args=[emergency.pk])).status_code == 200


def test_before_that_nobody_is_asked(house, browse, focal_point):
    concern = factories.submitted(house)
    read_many(focal_point, max(5 - counted(focal_point)[0], 0))
    assert browse(focal_point).get(reverse("cases:concern", args=[concern.pk])).status_code == 200


def test_lists_and_searches_are_not_asked(lead):
    client, _urls = lead
    for name in ("cases:day", "cases:cases", "cases:concerns"):
        assert client.get(reverse(name)).status_code == 200


def test_what_is_hidden_stays_absent_also_beyond_the_limit(lead, house):
    """The question is asked where a folder opens, so it tells nothing of one that does not."""
    client, _urls = lead
    hidden = factories.draft(house)
    urls = [reverse("cases:concern", args=[pk]) for pk in (hidden.pk, uuid4())]
    answers = [same(client.get(address), address) for address in urls]
    assert answers[0][0] == 404
    assert answers[0] == answers[1]


def test_writing_is_never_stopped(lead, house, focal_point):
    """A form that was filled in is not lost to a question: only reading asks."""
    with acting(focal_point.pk), gate.reading(focal_point):
        for verb in ("case.noted", "case.opened", "dossier.opened", "concern.triaged"):
            trail.record(verb, dossier=uuid4())
        with pytest.raises(ReasonNeeded):
            trail.record("case.read", dossier=uuid4())


def test_a_sweep_or_a_command_is_not_asked(house, focal_point):
    read_many(focal_point, 20)
    with acting(focal_point.pk):
        trail.record("case.read", dossier=uuid4())


def test_a_partners_program_is_counted_and_never_asked(house, settings):
    settings.WATCH_BUDGETS = {**settings.WATCH_BUDGETS, "machine": [1, None]}
    referral, machine = factories.sent(house), house.machine("Quayside Legal Clinic")
    read_many(machine, 5)
    assert partner.api(house).get(f"/{referral.pk}").status_code == 200


def test_somebody_with_two_seats_has_the_budget_of_the_more_generous(house, settings, caseworker):
    from foundation.accounts import actions as accounts
    from foundation.watch import limits

    assert limits.budget(caseworker) == limits.Budget(2, 4)
    accounts.confirm(
        accounts.propose(caseworker, accounts.seat_of(house.units["coast"], "focal_point"), by=None), by=None
    )
    assert limits.budget(caseworker) == limits.Budget(3, 6)


def test_the_way_back_leads_nowhere_else(house, browse, focal_point):
    client = browse(focal_point)
    for wanted in ("https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"):
        assert client.post(f"{reverse('watch:why')}?next={wanted}", {"why": "review"})["Location"] == "/"
