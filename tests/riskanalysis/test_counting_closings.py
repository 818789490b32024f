"""What became of cases that were closed is counted, of people who agreed to it (HS-19; domain.md §8.4, §8.5: 8 to 11)."""

import pytest

from cases import actions as cases
from cases.actions.closing import Ending
from cases.models import Case
from consent.vocabulary import COUNTED, Purpose
from foundation.core.acting import acting
from riskanalysis import actions
from riskanalysis.actions.counting_closings import moved, needs
from riskanalysis.outcomes import Category
from tests import factories
from tests.riskanalysis import assessing
from tests.riskanalysis.test_counting import counted


def fresh(case: Case) -> Case:
    return Case.objects.select_related("dossier", "concern", "person", "unit").get(pk=case.pk)


def agreed(house, answer: str = "granted") -> Case:
    """A case of somebody who was asked whether they may be counted, with its step done."""
    case = factories.case(house, category="other")
    factories.decide(house, case, Purpose.ANONYMOUS_STATISTICS, case.unit_id, answer, fields=COUNTED)
    owner = house.people["caseworker"]
    with acting(owner.pk):
        cases.end_step(cases.add_step(fresh(case), "Call the landlord", "owner", by=owner), "do", by=owner)
    return case


def close(house, case: Case, result: str = "safer") -> set[tuple[str, ...]]:
    """The cells of closings after this one was closed."""
    owner, lead = house.people["caseworker"], house.people["focal_point"]
    said = Ending("goals_met_risk_reduced", result, unfollowed="She calls us if something changes.")
    with acting(owner.pk):
        made = cases.ask_closure(fresh(case), said, by=owner)
    if made.status == "asked":
        with acting(lead.pk):
            cases.agree_closure(type(made).objects.select_related("case").get(pk=made.pk), by=lead)
    return {cell for cell in counted(house) if cell[0].startswith("closed")}


def test_a_case_that_was_never_assessed_counts_as_not_known_and_not_as_reduced(house):
    assert close(house, agreed(house)) == {
        ("closed", "goals_met_risk_reduced", "safer"),
        ("closed_risk", "unknown", "safer"),
        ("closed_moved", "unknown", "unknown"),
        ("closed_needs", "unknown", "safer"),
        ("closed_followed", "none", "safer"),
    }


def test_whoever_did_not_agree_to_be_counted_is_in_no_figure_of_closings(house):
    assert close(house, agreed(house, "refused")) == set()


def test_a_risk_that_got_smaller_is_counted_with_the_part_that_moved_and_the_needs(house):
    case = agreed(house)
    first = assessing.assessed(house, case)
    second = assessing.again(house, first)
    assessing.confirmed(
        house, assessing.answered(house, second, threat=1, rating=1), 2, "normal", urgency="He moved away."
    )
    owner = house.people["caseworker"]
    with acting(owner.pk):
        assert actions.measure(fresh(case), by=owner).category == "reduced"
    found = close(house, case)
    assert {("closed_risk", "reduced", "safer"), ("closed_moved", "reduced", "threat")} <= found
    assert ("closed_needs", "partly", "safer") in found


def test_a_closing_that_is_given_back_is_not_counted(house):
    case = agreed(house)
    owner, lead = house.people["caseworker"], house.people["focal_point"]
    with acting(owner.pk):
        cases.set_urgency(fresh(case), "urgent", by=owner, reason="He called.")
        made = cases.ask_closure(
            fresh(case), Ending("relocated", "same", unfollowed="She calls us if something changes."), by=owner
        )
    with acting(lead.pk):
        cases.return_closure(type(made).objects.select_related("case").get(pk=made.pk), "Ask again.", by=lead)
    assert not {cell for cell in counted(house) if cell[0].startswith("closed")}


@pytest.mark.parametrize(
    ("risk", "found", "part"),
    [
        ("reduced", [{"threat": -1, "capacity": 1}], "several"),
        ("reduced", [{"capacity": 2}, {"threat": 1}], "capacity"),
        ("increased", [{"threat": 2}], "nothing"),
        ("unknown", [{"threat": -2}], "unknown"),
    ],
)
def test_which_part_got_better(risk, found, part):
    assert moved(Category(risk), found) == part


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (["met", "met"], "met"),
        (["met", "not"], "partly"),
        (["met", "unknown"], "unknown"),
        ([], "unknown"),
        (["not"], "not"),
    ],
)
def test_needs_over_all_threats(said, answer):
    assert needs([{"since": {"needs": word}} for word in said]) == answer
