"""The register of partners: from a proposal to an active partner by two people, and back (R-41, P7, HS-10, HS-11, HS-20)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.sources import Source
from foundation.core.acting import acting
from foundation.core.errors import DomainError, Forbidden, Gone, Refused
from foundation.dossiers.models import Clock
from referrals import actions, demo, threats
from referrals.actions import register
from referrals.api.representation import whole
from referrals.models import Partner, PartnerMove, Referral, Service, Vetting
from referrals.partnership import PARTNERSHIP, QUESTIONS, PartnerStatus
from referrals.vocabulary import Status
from tests import factories, partner
from tests.referrals.registering import answered, as_, proposed, suspended, until
from tests.referrals.walking import step, walked


@pytest.fixture
def case(house):
    """Open, with an owner."""
    return factories.case(house)


@contextmanager
def stopped(refused: type[DomainError] = Refused, code: str = "") -> Iterator[Any]:
    with pytest.raises(refused) as found, transaction.atomic():
        yield found
    assert code in ("", found.value.code)


def test_a_partner_is_taken_on_by_two_people_and_receives_nothing_before(house):
    """domain.md §11.3: proposed → vetted → dsa_signed → active; HS-20 and HS-25 on the way."""
    made = proposed(house)
    assert made.status == PartnerStatus.PROPOSED
    assert not made.may_receive
    vetting = answered(house, made)
    with stopped(Forbidden):
        as_(house, "directory_editor", register.approve_vetting, vetting)
    as_(house, "manager", register.approve_vetting, vetting)
    as_(house, "manager", register.sign, made, until(-1), until(), 1)
    made.refresh_from_db()
    assert (made.status, made.max_tier, made.agreement_until) == (PartnerStatus.SIGNED, 1, until())
    with stopped(code="impact.missing"):
        as_(house, "manager", register.activate, made)
    assert not Partner.objects.get(pk=made.pk).may_receive


def test_who_answered_does_not_approve_in_the_action_and_in_the_database(house):
    """HS-20."""
    made, manager = proposed(house), house.people["manager"]
    said = register.Answers(demo.VETTED)
    vetting = as_(house, "manager", register.answer_vetting, made, said)
    with stopped(code="vetting.same_person"):
        as_(house, "manager", register.approve_vetting, vetting)
    with acting(manager.pk), pytest.raises(DatabaseError, match="vetted_by_another_person"), transaction.atomic():
        Vetting.objects.filter(pk=vetting.pk).update(approved_by=manager, approved_at=vetting.answered_at)


@pytest.mark.parametrize(
    ("question", "answer"), [("storage", "open"), ("safeguarding", "no"), ("affiliation", "hidden")]
)
def test_an_answer_that_rules_a_partner_out_is_not_approved(house, question, answer):
    vetting = answered(house, proposed(house), **{question: answer})
    with stopped(code="vetting.stops"):
        as_(house, "manager", register.approve_vetting, vetting)


@pytest.mark.parametrize("question", sorted(QUESTIONS))
def test_every_question_is_answered(house, question):
    said = {code: answer for code, answer in demo.VETTED.items() if code != question}
    with stopped() as refused:
        as_(house, "directory_editor", register.answer_vetting, proposed(house), register.Answers(said))
    assert refused.value.field == question


@pytest.mark.parametrize("seat", ["volunteer", "caseworker", "focal_point", "data_officer", "administrator"])
def test_other_seats_do_not_keep_the_register(house, seat):
    with stopped(Forbidden):
        as_(house, seat, register.propose, "A name", "")
    with stopped(Forbidden):
        as_(house, seat, register.suspend, Partner.objects.first(), "not_safe")
    with acting(house.people[seat].pk), pytest.raises(DatabaseError, match="kept by"), transaction.atomic():
        Partner.objects.update(max_tier=3)
    with acting(house.people[seat].pk), pytest.raises(DatabaseError, match="kept by"), transaction.atomic():
        Service.objects.update(area="Elsewhere")


def test_only_who_answers_for_partners_reads_what_was_asked(house):
    for seat, n in (
        ("manager", 2),
        ("directory_editor", 2),
        ("data_officer", 2),
        ("caseworker", 0),
        ("partner_worker", 0),
    ):
        with acting(house.people[seat].pk):
            assert Vetting.objects.count() == n, seat


def test_the_database_refuses_what_the_table_does_not_know(house):
    """Illegal moves from a shell or SQL; a partner that nobody vetted; one that begins as active."""
    made = proposed(house)
    for target in ("suspended", "dsa_signed"):
        with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
            Partner.objects.filter(pk=made.pk).update(status=target)
    with pytest.raises(DatabaseError, match="was not vetted"), transaction.atomic():
        Partner.objects.filter(pk=made.pk).update(status="vetted")
    with pytest.raises(DatabaseError, match="begins as a proposal"), transaction.atomic():
        Partner(organisation=house.units["harbour"].organisation, status="vetted").save(force_insert=True)


def verbs_of(house, made: Partner) -> list[str]:
    with acting(house.people["manager"].pk):
        return list(PartnerMove.objects.filter(partner=made).order_by("at").values_list("verb", flat=True))


VERBS = ["answer", *PARTNERSHIP.moves]


def carry_out(house, made: Partner, verb: str):
    """One verb with what it needs."""
    fresh = Partner.objects.get(pk=made.pk)
    if verb == "answer":
        return answered(house, fresh)
    if verb == "approve":
        with acting(house.people["manager"].pk):
            vetting = Vetting.objects.filter(partner=fresh, approved_at=None).first()
        if vetting is None:
            raise Refused("vetting.missing", "")
        return as_(house, "manager", register.approve_vetting, vetting)
    given = {"sign": (until(-1), until(), 2), "suspend": ("not_safe",), "end": ("own_request",)}
    return as_(house, "manager", getattr(register, verb), fresh, *given.get(verb, ()))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(verbs=st.lists(st.sampled_from(VERBS), max_size=9), assessed=st.booleans())
def test_no_walk_makes_a_partner_active_that_was_not_vetted_signed_and_assessed(house, verbs, assessed):
    """Whatever people try in whatever order: active only with approved answers, an agreement and an assessment."""
    with transaction.atomic():
        made = proposed(house)
        if assessed:
            demo.assess(made.organisation)
        former = made.status
        for verb in verbs:
            try:
                with transaction.atomic():
                    carry_out(house, made, verb)
            except DomainError:
                pass
            made.refresh_from_db()
            assert made.status == former or (former, made.status) in PARTNERSHIP.pairs()
            former = made.status
            if made.status == PartnerStatus.ACTIVE:
                assert assessed
                assert {"approve", "sign", "activate"} <= set(verbs_of(house, made))
        transaction.set_rollback(True)


# --- suspension


def test_suspension_freezes_interface_and_pages_at_once_and_puts_open_referrals_back(house, case, browse, caseworker):
    """Nothing more is read there; each open referral stands on the referrer's page with a clock of its own."""
    referral = walked(house, case, Status.ACCEPTED)
    api, worker = partner.api(house), browse(house.people["partner_worker"])
    assert api.get(f"/{referral.pk}").status_code == 200
    suspended(house)
    assert api.get(f"/{referral.pk}").status_code == 401
    assert worker.get(reverse("referrals:offer", args=[referral.pk])).status_code == 410
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk), pytest.raises(Gone):
        whole(Referral.objects.get(pk=referral.pk), machine)
    with acting(caseworker.pk):
        clock = Clock.objects.running().get(subject_id=referral.pk, code="reroute")
        assert clock.user_id == caseworker.pk
    page = browse(caseworker).get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    assert "Nothing more goes to this partner" in page
    assert reverse("referrals:choose", args=[case.pk]) in page
    with acting(caseworker.pk):
        actions.cancel(Referral.objects.get(pk=referral.pk), "partner_unresponsive", by=caseworker)
        assert not Clock.objects.running().filter(subject_id=referral.pk).exists()


def test_what_was_suspended_goes_on_after_a_look_at_its_papers(house, case, caseworker):
    referral = walked(house, case, Status.SENT)
    made = suspended(house)
    assert as_(house, "manager", register.resume, made).may_receive
    with acting(caseworker.pk):
        assert not Clock.objects.running().filter(subject_id=referral.pk, code="reroute").exists()
    assert step(house, referral.pk, "accept").status == Status.ACCEPTED


def test_a_draft_is_not_sent_to_a_partner_that_was_suspended_meanwhile(house, case):
    """HS-10."""
    referral = walked(house, case, Status.AWAITING_APPROVAL)
    suspended(house)
    with stopped(code="receiver.agreement"):
        step(house, referral.pk, "send")


def test_every_step_of_a_partnership_stands_in_its_history(house):
    made = suspended(house, reason="told_authorities")
    assert verbs_of(house, made) == ["propose", "approve", "sign", "activate", "suspend"]
    with acting(house.people["manager"].pk):
        assert made.moves.get(verb="suspend").reason == "told_authorities"


# --- HS-11


def vet(house, **changed):
    """The partner of the demonstration asked again, with other answers, approved by the manager."""
    belongs = changed.pop("belongs_to", [])
    made = Partner.objects.get(organisation__name="Quayside Legal Clinic")
    said = register.Answers({**demo.VETTED, **changed}, belongs)
    as_(house, "manager", register.approve_vetting, as_(house, "directory_editor", register.answer_vetting, made, said))


@pytest.mark.parametrize(
    "values", [{"setting": "detention"}, {"setting": "border"}, {"category": "forced_return_expulsion"},
               {"category": "documents_legal_status"}, {"flags": ["imminent_expulsion"]}]
)  # fmt: skip
@pytest.mark.parametrize("verb", ["submit", "send"])
def test_hs11_nobody_whose_status_is_at_stake_goes_to_who_tells_authorities(house, values, verb):
    case = factories.case(house, **{"category": "physical_safety", **values})
    referral = walked(house, case, Status.AWAITING_APPROVAL if verb == "send" else Status.DRAFT)
    vet(house, data_sharing="individual_without_consent")
    with stopped(code="receiver.threat"):
        step(house, referral.pk, verb)


def test_hs11_others_may_go_there(house):
    case = factories.case(house, category="physical_safety")
    vet(house, data_sharing="individual_without_consent")
    assert walked(house, case, Status.SENT).status == Status.SENT


def test_hs11_the_database_itself_refuses_for_people_detained(house, monkeypatch):
    case = factories.case(house, category="physical_safety", setting="detention")
    referral = walked(house, case, Status.AWAITING_APPROVAL)
    vet(house, data_sharing="individual_without_consent")
    monkeypatch.setattr("referrals.actions.sending.check_threat", lambda referral: None)
    with pytest.raises(DatabaseError, match="tells authorities"), transaction.atomic():
        step(house, referral.pk, "send")


@pytest.mark.parametrize("verb", ["submit", "send"])
def test_hs11_nothing_goes_to_the_category_from_which_the_threat_comes(house, case, monkeypatch, verb):
    """By category, never by name; whoever assesses the risk says which (``threats.supply``)."""
    monkeypatch.setattr(threats, "_SUPPLIERS", [])
    referral = walked(house, case, Status.AWAITING_APPROVAL if verb == "send" else Status.DRAFT)
    vet(house, belongs_to=[Source.POLICE])
    threats.supply(lambda of: {Source.POLICE} if of.pk == case.pk else set())
    with stopped(code="receiver.threat"):
        step(house, referral.pk, verb)


def test_hs11_the_source_named_in_an_exceptional_disclosure_counts(house, case, focal_point):
    factories.excepted(house, case, source="police_border")
    with acting(focal_point.pk):
        fresh = type(case).objects.select_related("concern", "dossier").get(pk=case.pk)
        assert threats.sources(fresh) == {"police_border"}


@pytest.mark.parametrize("named", [Source.GROUP, Source.DE_FACTO])
def test_hs11_an_armed_group_that_governs_is_a_de_facto_authority(house, case, monkeypatch, named):
    """Whichever of the two is named, nothing goes to an organisation of the other."""
    monkeypatch.setattr(threats, "_SUPPLIERS", [lambda of: {named}])
    with acting(house.people["caseworker"].pk):
        assert threats.sources(type(case).objects.get(pk=case.pk)) == {Source.GROUP, Source.DE_FACTO}


def test_who_is_not_known_or_not_said_is_nobody(house, case, monkeypatch):
    monkeypatch.setattr(threats, "_SUPPLIERS", [lambda of: {Source.UNKNOWN, Source.UNSAID, Source.NONE}])
    with acting(house.people["caseworker"].pk):
        assert threats.sources(type(case).objects.get(pk=case.pk)) == set()


# --- pages


def test_the_pages_take_a_partner_through_the_register(house, browse):
    editor, manager = browse(house.people["directory_editor"]), browse(house.people["manager"])
    answer = editor.post(reverse("referrals:propose"), {"name": "Harbour Clinic", "phone": "0800 555 077"})
    made = Partner.objects.get(organisation__name="Harbour Clinic")
    assert answer.url == reverse("referrals:partner", args=[made.pk])
    page = reverse("referrals:vetting", args=[made.pk])
    refused = editor.post(page, {**demo.VETTED, "data_sharing": ""})
    assert refused.status_code == 422
    assert "Choose an answer." in refused.content.decode()
    assert editor.post(page, {**demo.VETTED, "notes": "Everybody"}).status_code == 302
    approve = reverse("referrals:partner_step", args=[made.pk, "approve"])
    assert editor.post(approve).status_code == 403
    assert "Does it tell authorities about people?" in manager.get(approve).content.decode()
    assert manager.post(approve).status_code == 302
    signed = {"signed_on": until(-1).isoformat(), "valid_until": until().isoformat(), "max_tier": "1"}
    assert manager.post(reverse("referrals:partner_step", args=[made.pk, "sign"]), signed).status_code == 302
    stop = manager.post(reverse("referrals:partner_step", args=[made.pk, "activate"]))
    assert stop.status_code == 422
    assert "impact assessment" in stop.content.decode()
    demo.assess(made.organisation)
    assert manager.post(reverse("referrals:partner_step", args=[made.pk, "activate"])).status_code == 302
    made.refresh_from_db()
    assert made.may_receive
    assert "Became active" in editor.get(reverse("referrals:partner", args=[made.pk])).content.decode()


def test_a_name_that_is_known_is_not_entered_twice(house, browse):
    editor = browse(house.people["directory_editor"])
    answer = editor.post(reverse("referrals:propose"), {"name": " quayside  LEGAL clinic ", "phone": ""})
    assert answer.status_code == 422
    assert "There is an organisation of this name already." in answer.content.decode()
