"""The pages of a case's risk: anchors, unknowns, arithmetic, two people, history, outcome (R-24, R-25; scenario 14)."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import closing, rights_copy
from cases.identity import open_case
from cases.models import Case
from cases.story import tell
from foundation.core.acting import acting
from riskanalysis import actions
from riskanalysis.models import OutcomeMeasurement, RiskAssessment
from riskanalysis.outcomes import Category
from tests import factories
from tests.riskanalysis import assessing

POSTED = {
    "danger": {"flags": "none"},
    "threat": {"score": "3", "evidence": "He came twice this week."},
    "vulnerability": {"score": "3", "situation": "under_one_roof", "evidence": ""},
    "prevent": {"score": "unknown"}, "respond": {"score": "1", "evidence": "A neighbour."},
    "recover": {"score": "1", "evidence": "Some savings."}, "duty": {"can": "2", "will": "unknown"},
    "person": {"rating": "3", "safety": "2"},
}  # fmt: skip


def text_of(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def at(name, *args) -> str:
    return reverse(f"riskanalysis:{name}", args=args)


@pytest.fixture
def case(house):
    assessing.train(house, "caseworker", "focal_point")
    return factories.case(house)


def begun(client, case) -> str:
    answer = client.post(at("threat", case.pk), assessing.ABOUT)
    assert answer.status_code == 302, text_of(answer)
    return answer["Location"]


def test_from_the_threat_to_a_confirmed_level_page_by_page(house, browse, caseworker, case):
    """Scenario 14: an unknown is an answer, the range and its arithmetic stand on the page, a person confirms."""
    client = browse(caseworker)
    assert "No threat was assessed yet" in text_of(client.get(reverse("cases:case", args=[case.pk])))
    address = begun(client, case)
    for question, given in POSTED.items():
        page = client.get(f"{address}{question}/").content.decode()
        assert not re.search(r"<input[^>]*checked", page), "nothing is chosen for the person"
        answer = client.post(f"{address}{question}/", given)
        assert answer.status_code == 302, (question, text_of(answer))
    page = text_of(client.get(address))
    assert "If what is not known is as bad as it can be" in page
    assert "Suggested: Not determined (3–4)" in page, page
    assert "The person says: 3 · Great danger" in page
    assert "Suggested urgency of the case: Emergency" in page
    missing = client.post(address, {"level": "unknown"})
    assert missing.status_code == 422
    assert client.post(address, {"level": "unknown", "urgency": "urgent"}).status_code == 302
    shown = client.get(at("risk", case.pk))
    assert "Not determined (3–4)" in text_of(shown)
    assert 'role="img"' in shown.content.decode()
    assert "3–4" in text_of(client.get(reverse("cases:case", args=[case.pk])))
    assert client.post(address, {"level": "0", "urgency": "normal"}).status_code == 200, "confirmed: a page to read"
    with acting(caseworker.pk):
        assert RiskAssessment.objects.get(case=case).level is None


def test_every_anchor_stands_on_its_page_and_what_was_typed_stays(house, browse, caseworker, case):
    client = browse(caseworker)
    address = begun(client, case)
    page = text_of(client.get(f"{address}threat/"))
    for words in ("0 · No credible threat", "4 · Happening now, or expected within 72 hours", "Not known"):
        assert words in page
    kept = client.post(f"{address}threat/", {"evidence": "He came twice."})
    assert kept.status_code == 422
    assert "He came twice." in kept.content.decode()
    assert "“not known” is one" in text_of(kept)
    bare = client.post(f"{address}threat/", {"score": "3"})
    assert bare.status_code == 422
    assert "what this rests on" in text_of(bare)
    assert client.get(f"{address}nothing/").status_code == 404
    assert client.get(f"{address}since/").status_code == 404, "asked from the second look on"


def test_our_own_people_are_sent_to_safeguarding(house, browse, caseworker, case):
    """HS-16 on the page."""
    page = browse(caseworker).post(at("threat", case.pk), {**assessing.ABOUT, "source": "service_provider"})
    assert page.status_code == 422
    assert "Take it to safeguarding" in text_of(page)


def test_who_is_not_trained_reads_and_is_told_who_can_mend_it(house, browse, caseworker, case):
    """HS-07 on the page."""
    assessing.assessed(house, case)
    assessing.untrain(house, "caseworker")
    client = browse(caseworker)
    page = client.get(at("risk", case.pk))
    assert "Only trained people assess a risk" in text_of(page)
    assert "Add a threat" not in text_of(page)
    answer = client.post(at("threat", case.pk), {**assessing.ABOUT, "risk": "GPC-08"})
    assert answer.status_code == 422
    assert "Only people trained" in text_of(answer)


def test_two_people_lower_a_high_risk_on_pages(house, browse, caseworker, focal_point, case):
    """HS-20: the second person sees arithmetic, evidence and reason; the author cannot answer."""
    row = assessing.answered(house, assessing.named(house, case))
    owner, lead = browse(caseworker), browse(focal_point)
    address = at("assessment", row.pk)
    asked = {"level": "2", "urgency": "normal"}
    short = owner.post(address, asked)
    assert short.status_code == 422
    assert "Write in a few words why" in text_of(short)
    assert owner.post(address, {**asked, "reason_level": "He has left."}).status_code == 302
    assert owner.get(at("sign", row.pk)).status_code == 403
    page = text_of(lead.get(at("sign", row.pk)))
    for words in ("Suggested: High", "He came twice this week.", "He has left.", "You are the second person"):
        assert words in page
    assert lead.post(at("sign", row.pk), {"answer": "no"}).status_code == 422
    assert lead.post(at("sign", row.pk), {"answer": "no", "why": "He was seen."}).status_code == 302
    assert "He was seen." in text_of(owner.get(address))
    assert owner.post(address, {**asked, "reason_level": "He has left; a neighbour saw it."}).status_code == 302
    assert lead.post(at("sign", row.pk), {"answer": "yes"}).status_code == 302
    with acting(caseworker.pk):
        assert RiskAssessment.objects.get(pk=row.pk).second == focal_point


def test_the_persons_own_view_asks_for_a_reason(house, browse, caseworker, case):
    """W-13 on the page: shown beside the level, gone over with a recorded reason."""
    row = assessing.answered(house, assessing.named(house, case), rating=1)
    client, address = browse(caseworker), at("assessment", row.pk)
    assert "The person sees it otherwise, by two steps or more" in text_of(client.get(address))
    assert client.post(address, {"level": "3", "urgency": "urgent"}).status_code == 422
    given = {"level": "3", "urgency": "urgent", "reason_W-13": "She does not know that he is back."}
    assert client.post(address, given).status_code == 302
    assert "She does not know that he is back." in text_of(client.get(address))


def second_look(house, case, first=None, **changes) -> RiskAssessment:
    first = first or assessing.assessed(house, case)
    row = assessing.again(house, first)
    lower = {"threat": 1, "vulnerability": 1, "prevent": 3, "respond": 3, "recover": 3, "rating": 1}
    row = assessing.answered(house, row, **{**lower, **changes})
    return assessing.confirmed(house, row, 1, "normal", "caseworker", urgency="She has moved.")


def test_the_outcome_says_what_moved(house, browse, caseworker, case):
    """R-24: by component; the history as a drawing with the same figures in a table."""
    second_look(house, case)
    page = browse(caseworker).get(at("risk", case.pk))
    said = text_of(page)
    assert "Since the first look: Reduced" in said
    assert "Threat −2" in said
    assert "Capacity +2" in said
    assert "Needs met: In part" in said
    assert 'aria-label="Level of the risk at each look:' in page.content.decode()
    outcome = text_of(browse(caseworker).get(at("outcome", case.pk)))
    assert "For the case as a whole: Reduced" in outcome


def test_a_case_is_not_closed_without_an_outcome_or_why_it_is_unknown(house, browse, caseworker, case):
    """HS-19: unknown needs a reason; a new look after it asks anew; without a second look never "reduced"."""
    client = browse(caseworker)
    assert _vetoes(caseworker, case) == [], "said in the closing itself where no risk was assessed"
    first = assessing.assessed(house, case)
    assert "risk.outcome" in _vetoes(caseworker, case)
    assert client.post(at("outcome", case.pk), {}).status_code == 422
    answer = client.post(at("outcome", case.pk), {"why": "She moved and cannot be reached."})
    assert answer.status_code == 302
    assert "She moved and cannot be reached." in text_of(client.get(answer["Location"]))
    assert "risk.outcome" not in _vetoes(caseworker, case)
    second_look(house, case, first)
    assert "risk.outcome" in _vetoes(caseworker, case)
    assert client.post(at("outcome", case.pk), {}).status_code == 302
    assert "risk.outcome" not in _vetoes(caseworker, case)
    with acting(caseworker.pk):
        found = OutcomeMeasurement.objects.filter(case=case).order_by("measured_at")
        assert [row.category for row in found] == [Category.UNKNOWN, Category.REDUCED]


def _vetoes(user, case) -> list[str]:
    with acting(user.pk):
        known = closing.vetoes(Case.objects.select_related("dossier", "person").get(pk=case.pk))
        return [veto.code for veto in known if veto.code.startswith("risk.")]


def test_danger_and_a_high_risk_keep_a_case_from_being_closed_by_one(house, caseworker, case):
    """HS-18, HS-19: an active sign of danger, an assessment under way, two people for what was last seen as high."""
    row = assessing.named(house, case)
    assert "risk.open" in _vetoes(caseworker, case)
    row = assessing.answered(house, row, danger={"flags": ["held_captive"]})
    assessing.confirmed(house, row, 3, "emergency")
    assert "risk.danger" in _vetoes(caseworker, case)
    with acting(caseworker.pk):
        assert closing.is_grave(Case.objects.select_related("dossier", "person").get(pk=case.pk))


def test_medical_help_in_time_is_told_before_anything_is_settled(house, browse, caseworker, case):
    """W-15: remaining hours on the case and on the page, information in plain words, then it goes on."""
    client = browse(caseworker)
    address = begun(client, case)
    given = {"flags": "sexual_violence_120h", "hours": "30"}
    assert client.post(f"{address}danger/", given).status_code == 302
    for url in (reverse("cases:case", args=[case.pk]), at("risk", case.pk)):
        page = text_of(client.get(url))
        assert re.search(r"Medicine that prevents HIV: 4[12] hours are left of 72", page)
        assert re.search(r"Emergency contraception: (89|90) hours are left of 120", page)
    row = _draft(caseworker, case)
    assessing.answered(house, row, danger={"flags": ["sexual_violence_120h"], "hours": 30}, threat=4, rating=4)
    choice = {"level": "4", "urgency": "emergency"}
    stopped = client.post(address, choice)
    assert stopped.status_code == 422
    assert "First tell the person about medical help" in text_of(stopped)
    link = re.search(r"/cases/[^\"]+/risk/help/[^\"]+/", client.get(address).content.decode()).group()
    page = text_of(client.get(link))
    assert "you do not have to go to the police" in page
    assert client.post(link, {}).status_code == 422
    assert client.post(link, {"answer": "told"}).status_code == 302
    assert client.post(address, choice).status_code == 302, text_of(client.post(address, choice))


def _draft(user, case) -> RiskAssessment:
    with acting(user.pk):
        return RiskAssessment.objects.get(case=case)


def test_a_draft_is_its_authors_and_others_see_that_it_is_there(house, browse, caseworker, focal_point, outsider, case):
    row = assessing.answered(house, assessing.named(house, case))
    lead = browse(focal_point)
    page = text_of(lead.get(at("assessment", row.pk)))
    assert "Somebody is assessing this threat now" in page
    assert "He came twice this week." not in page
    assert lead.post(f"{at('assessment', row.pk)}threat/", POSTED["threat"]).status_code == 403
    assert browse(outsider).get(at("assessment", row.pk)).status_code == 404
    assert browse(caseworker).post(at("discard", row.pk)).status_code == 302


def test_an_erased_case_leaves_nothing_of_its_risk(house, caseworker, case):
    """Scenario 20, HS-23: rows that are never changed go all the same when the keys are gone."""
    from cases import actions as cases
    from cases.actions import erasing
    from cases.vocabulary import Ground
    from foundation.dossiers import clerk

    second_look(house, case)
    with acting(caseworker.pk):
        actions.measure(Case.objects.get(pk=case.pk), by=caseworker)
        asked = cases.request_erasure(Case.objects.get(pk=case.pk), Ground.ASKED, by=caseworker)
    officer = house.people["data_officer"]
    with acting(officer.pk):
        cases.authorise_erasure(asked, by=officer)
    erasing.carry_out(asked.pk)
    with clerk.as_clerk():
        for model in (RiskAssessment, OutcomeMeasurement):
            assert not model.objects.filter(case=case).exists()


def test_the_persons_copy_of_what_is_held_says_how_the_risk_was_seen(house, caseworker, case):
    """domain.md §4.3, access: the threat and its level, never what others said of it."""
    assessing.assessed(house, case)
    with acting(caseworker.pk):
        found = open_case(caseworker, case.pk)
        held = {section["title"]: section["rows"] for section in rights_copy.sections(found, tell(found, caseworker))}
    (row,) = held["Risk"]
    assert row["key"] == "Theft, Extortion, Forced Eviction or Destruction of Personal Property"
    assert row["value"].startswith("High, ")
    assert "twice this week" not in str(held)


def test_more_threats_and_more_looks_cost_no_more_questions_to_the_database(house, browse, caseworker, case):
    client = browse(caseworker)
    first = assessing.assessed(house, case)
    pages = [at("risk", case.pk), at("outcome", case.pk), reverse("cases:case", args=[case.pk])]
    few = [_cost(client, url) for url in pages]
    second_look(house, case, first)
    for risk in ("GPC-01", "GPC-02", "GPC-03"):
        assessing.assessed(house, case, risk=risk)
    many = [_cost(client, url) for url in pages]
    assert all(more <= less for more, less in zip(many, few, strict=True)), (few, many)


def _cost(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)
