"""Pathways of an area: drawn by one, published by another, never changed, followed by the next (R-53, P6, HS-20)."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from foundation.core.acting import acting
from foundation.core.errors import DomainError, Forbidden, Refused
from foundation.core.machines import COURIER
from foundation.outbox.models import Message
from foundation.readiness import gates
from referrals import pathways as reading
from referrals.actions import pathways
from referrals.models import Pathway, PathwayStep, Service
from referrals.vocabulary import ServiceType
from tests import factories
from tests.referrals.drawing import NEED, begun, drawn, handed_in, published, step
from tests.referrals.registering import as_


def refused(code: str, house, who: str, action, *args, **more) -> None:
    with pytest.raises(DomainError) as refusal:
        as_(house, who, action, *args, **more)
    assert refusal.value.code == code


def test_r_53_a_pathway_is_drawn_by_one_and_published_by_another(house):
    """HS-20: neither who began it nor who handed it in; the database says so too."""
    made = drawn(house)
    as_(house, "manager", pathways.submit, made)
    for who in ("directory_editor", "manager"):
        refused("pathway.same_person", house, who, pathways.publish, made)
    with acting(house.people["directory_editor"].pk), pytest.raises(DatabaseError), transaction.atomic():
        Pathway.objects.filter(pk=made.pk).update(
            state="published", published_by=house.people["directory_editor"], published_at=timezone.now()
        )
    as_(house, "manager", pathways.give_back, made)
    as_(house, "directory_editor", pathways.submit, made)
    shown = as_(house, "manager", pathways.publish, made)
    assert shown.state == "published"
    assert shown.published_by == house.people["manager"]


def test_nobody_publishes_in_the_name_of_another(house):
    made = handed_in(house)
    with acting(house.people["directory_editor"].pk), pytest.raises(DatabaseError, match="in the name of another"):
        Pathway.objects.filter(pk=made.pk).update(
            state="published", published_by=house.people["manager"], published_at=timezone.now()
        )


@pytest.mark.parametrize("change", [{"words": "Go at night."}, {"review_by": timezone.localdate()}, {"version": 9}])
def test_what_is_published_never_changes(house, change):
    made = published(house)
    refused("state.not_from_here", house, "manager", pathways.write, made, "Else", timezone.localdate())
    with (
        acting(house.people["manager"].pk),
        pytest.raises(DatabaseError, match="does not change"),
        transaction.atomic(),
    ):
        Pathway.objects.filter(pk=made.pk).update(**change)


def test_no_step_of_a_published_pathway_changes_by_anybody(house):
    made = published(house)
    rows = PathwayStep.objects.filter(pathway=made)
    refused("state.not_from_here", house, "manager", pathways.put_step, made, step(house))
    refused("state.not_from_here", house, "manager", pathways.take_out, made, 1)
    with acting(house.people["manager"].pk):
        for change in (
            rows.delete, lambda: rows.update(note="Elsewhere"),
            lambda: PathwayStep(pathway=made, position=2, service_type="cash").save(force_insert=True),
            lambda: Pathway.objects.filter(pk=made.pk).delete(),
        ):  # fmt: skip
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


def test_a_pathway_that_is_inserted_as_published_is_refused(house):
    today, by = timezone.now(), house.people["manager"]
    with acting(by.pk), pytest.raises(DatabaseError, match="begins as a draft"), transaction.atomic():
        Pathway(
            unit=house.units["coast"], need=NEED, version=1, state="published", review_by=today.date(), drafted_by=by,
            submitted_by=by, published_by=house.people["directory_editor"], published_at=today,
        ).save(force_insert=True)  # fmt: skip


def test_the_next_version_starts_from_what_is_shown_and_takes_its_place(house):
    first = published(house)
    second = begun(house)
    assert (second.version, second.state) == (2, "draft")
    assert [row.first.name for row in second.steps.all()] == ["Papers and status service"]
    assert begun(house).pk == second.pk, "there is one in writing at a time"
    assert Pathway.objects.get(pk=first.pk).state == "published", "the first is shown until the next is published"
    as_(house, "directory_editor", pathways.submit, second)
    as_(house, "manager", pathways.publish, second)
    assert [row.state for row in Pathway.objects.filter(need=NEED).order_by("version")] == ["superseded", "published"]


def test_steps_stand_in_the_order_in_which_they_are_put(house):
    made = drawn(house)
    for kind, at in (("mhpss", 0), ("cash", 1), ("food", 2)):
        as_(house, "directory_editor", pathways.put_step, made, step(house, kind), at=at)
    assert order(made) == ["cash", "food", "legal_assistance", "mhpss"]
    as_(house, "directory_editor", pathways.put_step, made, step(house, "wash"), at=4, instead_of=1)
    assert order(made) == ["food", "legal_assistance", "mhpss", "wash"]
    as_(house, "directory_editor", pathways.take_out, made, 2)
    assert order(made) == ["food", "mhpss", "wash"]


def order(made: Pathway) -> list[str]:
    rows = list(made.steps.order_by("position"))
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    return [row.service_type for row in rows]


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("pathway.kind", {"kind": "magic"}), ("pathway.service", {"first": "Safe shelter"}),
        ("pathway.otherwise", {"otherwise": "Advice before a removal"}),
        ("pathway.otherwise", {"first": "Advice before a removal", "otherwise": "Advice before a removal"}),
    ],
)  # fmt: skip
def test_a_step_that_makes_no_sense_is_refused(house, code, more):
    refused(code, house, "directory_editor", pathways.put_step, begun(house), step(house, **more))


def test_bad_input_is_refused_with_its_reason(house):
    editor, made = "directory_editor", begun(house)
    refused("pathway.need", house, editor, pathways.begin, house.units["coast"], "conduct_of_our_staff_or_partner")
    refused("pathway.empty", house, editor, pathways.submit, made)
    for day in (0, 181):
        refused(
            "pathway.review_by", house, editor, pathways.write, made, "", timezone.localdate() + timedelta(days=day)
        )
    for _ in range(pathways.MOST_STEPS):
        as_(house, editor, pathways.put_step, made, step(house))
    refused("pathway.steps", house, editor, pathways.put_step, made, step(house))


def test_no_service_that_cannot_be_asked_is_published(house):
    made = handed_in(house)
    factories.checked(house, 181)
    with pytest.raises(Refused) as refusal:
        as_(house, "manager", pathways.publish, made)
    assert refusal.value.code == "pathway.service_shut"
    assert "Advice before a removal" in refusal.value.message


@pytest.mark.parametrize("who", ["volunteer", "caseworker", "focal_point", "outsider", "administrator", "data_officer"])
def test_only_keepers_of_the_area_draw(house, who):
    with pytest.raises(Forbidden):
        begun(house, who)
    with acting(house.people[who].pk), pytest.raises(DatabaseError), transaction.atomic():
        Pathway(unit=house.units["coast"], need=NEED, version=1, review_by=timezone.localdate(),
                drafted_by=house.people[who]).save(force_insert=True)  # fmt: skip


def test_a_manager_draws_for_the_own_branch_alone(house):
    with pytest.raises(Forbidden):
        begun(house, "manager", "hills")
    assert begun(house, "manager", "harbour").unit.name == "Harbour service point"


def test_p6_looks_at_the_units_own_area(house):
    """P6: what is published for one branch opens no gate in another."""
    assert reading.evidence(house.units["harbour"]).is_met
    found = reading.evidence(house.units["old"])
    assert not found.is_met
    assert "no pathway" in found.text


def test_p6_is_shut_when_the_pathway_is_past_its_day_or_a_service_was_not_checked(house):
    unit = house.units["harbour"]
    factories.checked(house, 91)
    assert "not checked within 90 days" in reading.evidence(unit).text
    factories.checked(house, 90)
    assert reading.evidence(unit).is_met
    with time_machine.travel(timezone.now() + timedelta(days=181), tick=True):
        factories.checked(house)
        assert "no pathway" in reading.evidence(unit).text
    assert {gap.code for gap in gates.missing(house.units["old"], "b")} >= {"P6"}


def test_p6_one_stale_service_in_one_pathway_shuts_not_the_others(house):
    with acting(house.people["directory_editor"].pk):
        Service.objects.filter(name="Safe shelter").update(verified_on=timezone.localdate() - timedelta(days=100))
    found = reading.evidence(house.units["harbour"])
    assert found.is_met
    assert "1 of 2" in found.text


def test_the_page_shows_every_step_and_what_to_do_when_nobody_is_there(house, browse):
    """domain.md §5.2: help after violence is never blocked because no specialist is there."""
    made = Pathway.objects.published().get(need="sexual_or_gender_based")
    page = browse(house.people["volunteer"]).get(reverse("referrals:way", args=[made.pk])).content.decode()
    for words in (
        "Within 72 hours (three days)", "Nobody gives this here.", "Monday – Sunday, 00:00–24:00", "Safe shelter",
        "Not told to anybody", "Respect a no",
        "There is no specialist for violence here.", "within 120 hours against a pregnancy",
    ):  # fmt: skip
        assert words in page
    assert "<script" not in page.split("<main")[1]


def test_a_draft_is_on_nobodys_page_but_on_those_of_its_keepers(house, browse):
    made = drawn(house)
    page = reverse("referrals:way", args=[made.pk])
    assert browse(house.people["volunteer"]).get(page).status_code == 404
    assert browse(house.people["focal_point"]).get(page).status_code == 404
    assert browse(house.people["manager"]).get(page).status_code == 200
    listed = browse(house.people["focal_point"]).get(reverse("referrals:ways")).content.decode()
    assert page not in listed


def test_who_draws_a_pathway_is_told_once_that_it_must_be_looked_at_again(house):
    """The reminder stands on the day page of the editors and managers of the area, thirty days before."""
    made, editor = published(house), house.people["directory_editor"]
    assert pathways.remind() == 0
    with time_machine.travel(timezone.now() + timedelta(days=151), tick=True):
        assert pathways.remind() == pathways.remind() == Pathway.objects.published().count()
    with COURIER.at_work():
        told = Message.objects.filter(event="pathway.ending", slot__startswith=f"pathway:{made.pk}:ending")
        assert {row.recipient_id for row in told} == {editor.pk, house.people["manager"].pk}
        assert told.filter(channel="notice", recipient=editor).count() == 1


def test_a_case_shows_the_pathway_of_its_matter_and_the_services_say_that_they_are_on_it(house, browse):
    case = factories.case(house, category="documents_legal_status")
    way = Pathway.objects.published().get(need="documents_legal_status")
    page = browse(house.people["caseworker"]).get(reverse("referrals:choose", args=[case.pk])).content.decode()
    assert reverse("referrals:way", args=[way.pk]) in page
    assert "In the published pathway for Documents or legal status, Coast branch: step 1" in page
    other = factories.case(house, category="recruitment")
    page = browse(house.people["caseworker"]).get(reverse("referrals:choose", args=[other.pk])).content.decode()
    assert "In the published pathway" not in page


def test_the_pathway_of_the_persons_district_counts_before_that_of_the_branch(house):
    """The case's district is known; its pathway is found by it, and by nothing else."""
    own = published(house, need="documents_legal_status", district="Old harbour")
    case = factories.case(house, category="documents_legal_status")
    with acting(house.people["caseworker"].pk):
        found = Case.objects.select_related("concern", "person", "dossier", "unit").get(pk=case.pk)
        found.concern.dossier = found.person.dossier = found.dossier
        assert reading.way_for(found).pathway.district == ""
        found.person.profile = {**found.person.facts, "district": "old Harbour"}
        assert reading.way_for(found).pathway == own


def test_related_kinds_of_help_are_a_link_away(house, browse):
    """R-09: after gender-based violence, for mental health, for families that were separated."""
    case = factories.case(house)
    worker, page = browse(house.people["caseworker"]), reverse("referrals:choose", args=[case.pk])
    for kind, other in (
        ("rfl", "family_reunification"),
        ("mhpss", "gbv_case_management"),
        ("gbv_case_management", "mhpss"),
    ):
        assert f"?kind={other}" in worker.get(page, {"kind": kind}).content.decode()


def test_every_kind_of_help_of_the_standard_list_is_there():
    """domain.md §7.5."""
    listed = (
        "health_medical clinical_management_of_rape sexual_reproductive_health mhpss safe_shelter shelter_housing "
        "legal_assistance civil_documentation child_protection alternative_care education rfl family_reunification "
        "gbv_case_management trafficking_response disability_rehabilitation livelihoods cash food nutrition nfi wash "
        "mine_risk_education detention_visit asylum_status_information physical_security_relocation "
        "transport_accompaniment community_based_support information_counselling other"
    )
    assert " ".join(ServiceType.values).split() == listed.split()


def test_from_nothing_to_a_published_pathway_page_by_page(house, browse):
    editor, second = browse(house.people["directory_editor"]), browse(house.people["manager"])
    coast, service = house.units["coast"], house.services["Papers and status service"]
    there = editor.post(reverse("referrals:way_new"), {"unit": coast.pk, "need": NEED}).url
    until = timezone.localdate() + timedelta(days=90)
    assert editor.post(f"{there}words/", {"words": "No papers are needed.", "review_by": until}).status_code == 302
    new = f"{there}steps/new/?kind=legal_assistance&q=status"
    assert service.name in editor.get(new).content.decode()
    said = {"within": 72, "first": service.pk, "otherwise": "", "note": "Bring a coat.", "at": 1}
    assert editor.post(new, {**said, "first": "no such"}).status_code == 422
    assert editor.post(new, said).status_code == 302
    assert editor.post(f"{there}steps/1/", {**said, "note": "Bring water."}).status_code == 302
    assert editor.post(f"{there}submit/").status_code == 302
    assert editor.post(f"{there}publish/").status_code == 422
    assert second.post(f"{there}publish/").status_code == 302
    page = browse(house.people["volunteer"]).get(there).content.decode()
    assert all(words in page for words in ("Bring water.", "No papers are needed.", service.name, "Published"))
    assert editor.post(f"{there}steps/1/out/").status_code == 409


def test_the_list_shows_the_pathways_of_the_readers_area(house, browse):
    made = published(house)
    path = reverse("referrals:way", args=[made.pk])
    assert path in browse(house.people["volunteer"]).get(reverse("referrals:ways")).content.decode()
    assert path not in browse(house.people["outsider"]).get(reverse("referrals:ways")).content.decode()
    narrowed = f"{reverse('referrals:ways')}?need=recruitment"
    assert path not in browse(house.people["volunteer"]).get(narrowed).content.decode()
