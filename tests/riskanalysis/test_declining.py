"""Why referrals were declined, by service, beside what became of them: it tells no more than that table (R-53; §10, 7)."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.core.acting import acting
from referrals.vocabulary import DeclineReason
from riskanalysis import actions
from riskanalysis.disclosure import is_small
from riskanalysis.figures import Line, report
from riskanalysis.models import Release
from riskanalysis.vocabulary import DECLINED, ENDED, SENT, SENT_AGE, SENT_WHO, Ending
from tests import factories
from tests.riskanalysis import world
from tests.riskanalysis.test_counting import counted, counted_one

K, MONTH = 5, "2026-07"
SERVICES = ["health_medical", "mhpss", "legal_assistance", "cash"]
WHYS = DeclineReason.values[:3]


def lines(declined: dict[tuple[str, str], int], others: dict[tuple[str, str], int]) -> list[Line]:
    """The tallies of a quarter in which so many were declined for these reasons, and so many ended otherwise."""
    ended = Counter(others)
    for (service, _why), n in declined.items():
        ended[service, Ending.DECLINED] += n
    sent: Counter[str] = Counter()
    for (service, _ending), n in ended.items():
        sent[service] += n
    found = [Line(DECLINED, MONTH, key, n) for key, n in declined.items()]
    found += [Line(ENDED, MONTH, key, n) for key, n in ended.items()]
    for service, n in sent.items():
        found += [
            Line(SENT, MONTH, (service,), n), Line(SENT_AGE, MONTH, (service, "18-59"), n),
            Line(SENT_WHO, MONTH, ("18-59", "female"), n),
        ]  # fmt: skip
    return found


def tables(said: dict) -> tuple[dict | None, dict | None]:
    """The table of endings and that of reasons, where they are told."""
    found = [
        next((t for t in said[group].get("tables", []) if t["columns"] == name and "cells" in t), None)
        for group, name in (("referrals", "ending"), ("declines", "why"))
    ]
    return found[0], found[1]


counts = st.dictionaries(st.tuples(st.sampled_from(SERVICES), st.sampled_from(WHYS)), st.integers(0, 14))
endings = st.dictionaries(
    st.tuples(st.sampled_from(SERVICES), st.sampled_from([Ending.GIVEN, Ending.NOT_GIVEN])), st.integers(0, 14)
)


@settings(max_examples=150, deadline=None)
@given(counts, endings)
def test_the_reasons_tell_nothing_that_the_endings_hide(declined, others):
    """Whatever was counted: a service stands alone only where its declined ones are shown anyway; nothing small is told."""
    ended, why = tables(report(lines(declined, others), [MONTH], K))
    if why is None:
        return
    assert ended is not None
    place = ended["column_codes"].index([Ending.DECLINED])
    shown = {tuple(codes): row[place] for codes, row in zip(ended["row_codes"], ended["cells"], strict=True)}
    for codes, total in zip(why["row_codes"], why["row_totals"], strict=True):
        assert not is_small(total, K)
        assert len(codes) > 1 or shown.get(tuple(codes)) == total or codes == why["row_codes"][-1]
    assert sum(why["row_totals"]) == ended["column_totals"][place]
    told = [n for row in why["cells"] for n in row if n is not None]
    assert not [n for n in [*told, *why["column_totals"]] if is_small(n, K)]


def test_many_declines_are_told_by_service_and_reason():
    declined = {(service, why): 8 for service in SERVICES[:2] for why in WHYS}
    _ended, why = tables(report(lines(declined, {(s, Ending.GIVEN): 20 for s in SERVICES}), [MONTH], K))
    assert why is not None
    assert why["row_codes"] == [["health_medical"], ["mhpss"]]
    assert why["column_codes"] == [[code] for code in WHYS]
    assert why["cells"] == [[8, 8, 8], [8, 8, 8]]


def test_reasons_that_were_not_counted_from_the_first_day_are_withheld():
    """A quarter in which the program was renewed: the sums differ, and nothing is told."""
    all_ = lines({("mhpss", why): 8 for why in WHYS}, {("mhpss", Ending.GIVEN): 20})
    said = report([line for line in all_ if line.codes != ("mhpss", WHYS[0])], [MONTH], K)
    assert said["declines"] == {"is_withheld": True}


def test_a_decline_is_counted_with_its_reason_of_who_agreed_to_be_counted(house):
    sent = counted_one(house)
    factories.respond(house, sent, "decline", reason="no_capacity")
    factories.respond(house, factories.sent(house), "decline", reason="out_of_area")
    declined = [cell for cell in counted(house) if cell[0] == DECLINED]
    assert declined == [(DECLINED, sent.service.service_type, "no_capacity")]


def test_the_report_of_a_branch_shows_why_its_services_declined(house, browse):
    world.referrals(house.units["harbour"], 900)
    actions.release_due(world.AFTER)
    manager = house.people["manager"]
    with acting(manager.pk):
        found = Release.objects.visible_to(manager).get()
    page = browse(manager).get(f"/reports/{found.pk}/").content.decode()
    assert "Why referrals were declined, by service" in page
    assert "No capacity" in page
