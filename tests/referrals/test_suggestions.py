"""Suggestions with their reasons, warnings, mandates, gaps: scenario 3 and what surrounds it (R-48, R-53, W-01…W-03, W-10)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from cases.vocabulary import Category
from foundation.core.acting import acting
from foundation.core.errors import Refused
from referrals import actions, pathways, standing, suggesting
from referrals.actions.measuring import measure_services
from referrals.models import Partner, PathwayGap, Referral, Service
from referrals.vocabulary import ServiceType, Status
from tests import factories
from tests.referrals.registering import entry, suspended
from tests.referrals.walking import step, walked


@pytest.fixture
def case(house):
    return factories.case(house)


@pytest.fixture
def lantern(house):
    return Partner.objects.get(organisation__name="Lantern House")


def opened(case) -> Case:
    found = Case.objects.select_related("concern", "person", "dossier", "unit").get(pk=case.pk)
    found.concern.dossier = found.person.dossier = found.dossier
    return found


def offered(house, case, kind: str = "") -> suggesting.Choice:
    with acting(house.people["caseworker"].pk):
        return suggesting.choice(opened(case), kind, None)


def words(choice: suggesting.Choice, name: str) -> list[str]:
    row = next(row for row in choice.page.paginator.object_list if row.entry.service.name == name)
    return [reason.text for reason in row.reasons]


def test_every_suggestion_says_its_reasons(house, case, lantern):
    """Kind, area, language, hours, places, freshness, record: in words, for and against."""
    service = entry(house, lantern, name="Law of the hills", service_type="legal_assistance", area="Hills", languages=["fr"],
                    capacity_available=0, hours=[[day, "00:00", "24:00"] for day in range(7)])  # fmt: skip
    Service.objects.filter(pk=service.pk).update(
        verified_on=timezone.localdate() - timedelta(days=100), recent_sent=8, recent_silent=4
    )
    choice = offered(house, case)
    assert words(choice, "Law of the hills") == [
        "Gives legal help", "In another area: Hills", "Does not speak English", "Open now", "No free place",
        "Not checked for 90 days: phone first", "Often did not answer in the last 90 days",
    ]  # fmt: skip
    names = [row.entry.service.name for row in choice.page]
    assert names.index("Papers and status service") < names.index("Law of the hills")
    assert {"In the area: Harbour and North", "Speaks English", "6 free places"} <= set(
        words(choice, "Papers and status service")
    )


@pytest.mark.parametrize(
    ("least", "most", "said"),
    [(12, 17, "Not for this age"), (18, 70, "For this age"), (30, 90, "Ask whether it is for this age")],
)
def test_the_age_of_the_person_is_held_against_the_ages_of_the_service(house, lantern, least, most, said):
    service = entry(house, lantern, minimum_age=least, maximum_age=most)
    person = suggesting.Person(["Harbour"], ["en"], "step_free", suggesting.AGES["18-59"])
    found = {reason.text: reason.weight for reason in suggesting.reasons(service, person, [], pathways.Way())}
    assert said in found
    assert found["Not known whether it has: step-free access"] < 0


def test_nothing_is_chosen_by_a_suggestion(house, case, caseworker):
    """HS-24."""
    offered(house, case)
    with acting(caseworker.pk):
        assert not Referral.objects.exists()


def test_what_may_not_be_asked_is_never_suggested(house, case):
    """HS-10, HS-11: it stands below, with the reason."""
    suspended(house)
    choice = offered(house, case)
    assert not [row for row in choice.page if str(row.entry.service.partner) == "Quayside Legal Clinic"]
    assert {e.why_not for e in choice.impossible} == {"There is no agreement in force with this organisation."}


def test_the_list_costs_the_same_for_five_thousand_services(house, case, browse, caseworker, lantern):
    worker, url = browse(caseworker), reverse("referrals:choose", args=[case.pk])
    worker.get(url)
    with CaptureQueriesContext(connection) as few:
        worker.get(url)
    Service.objects.bulk_create(
        Service(
            partner=lantern,
            name=f"S {n}",
            service_type="legal_assistance",
            area="Coast",
            verified_on=timezone.localdate(),
        )
        for n in range(5000)
    )
    with CaptureQueriesContext(connection) as lots:
        page = worker.get(url).content.decode()
    assert "Papers and status service" in page, "what is near comes first"
    assert len(lots) == len(few)


@pytest.mark.parametrize("category", Category.values)
def test_every_matter_leads_to_kinds_that_exist(category):
    assert set(suggesting.KINDS.get(category, ())) <= set(ServiceType.values)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"category": "family_separated_or_missing"}, "Central Tracing Agency"),
        ({"category": "physical_safety", "setting": "detention"}, "deprived of liberty"),
        ({"category": "physical_safety", "setting": "border"}, "crosses a border"),
    ],
)
def test_w10_who_has_the_mandate_is_suggested_and_nothing_is_sent(house, browse, caseworker, values, said):
    """W-10, R-48, R-57."""
    case = factories.case(house, **values)
    assert said in browse(caseworker).get(reverse("referrals:choose", args=[case.pk])).content.decode()
    other = factories.case(house, category="documents_legal_status")
    assert said not in browse(caseworker).get(reverse("referrals:choose", args=[other.pk])).content.decode()


# --- warnings


def test_w03_a_need_that_somebody_serves_already_is_referred_again_only_with_a_reason(house, case, browse, caseworker):
    """W-03, R-48: who else is acting?"""
    first, other = walked(house, case, Status.SENT), house.services["Advice before a removal"]
    factories.agreed(house, case, other)
    with acting(caseworker.pk), pytest.raises(Refused) as refused, transaction.atomic():
        actions.prepare(opened(case), other, actions.Offer("Help"), by=caseworker)
    assert (refused.value.code, refused.value.field) == ("referral.warned", "anyway")
    worker, url = browse(caseworker), reverse("referrals:prepare", args=[case.pk, other.pk])
    page = worker.get(url).content.decode()
    assert f"already has this need: Sent, {first.reference}" in page
    assert worker.post(url, {"reason": "Help with the removal"}).status_code == 422
    assert worker.post(url, {"reason": "Help with the removal", "anyway": "other_part"}).status_code == 302
    with acting(caseworker.pk):
        made = Referral.objects.get(service=other)
        assert (made.warned, made.warned_reason) == (["W-03"], "other_part")


def test_w01_and_w02_warn_before_an_old_or_silent_service_is_asked(house, case, caseworker):
    service = house.services["Papers and status service"]
    factories.agreed(house, case, service)
    old = timezone.localdate() - timedelta(days=91)
    Service.objects.filter(pk=service.pk).update(verified_on=old, recent_sent=8, recent_silent=3)
    service.refresh_from_db()
    with acting(caseworker.pk):
        made = actions.prepare(opened(case), service, actions.Offer("Help", anyway="phoned"), by=caseworker)
    assert made.warned == ["W-01", "W-02"]


def test_where_nothing_warns_no_reason_is_kept(house, case, caseworker):
    service = house.services["Papers and status service"]
    factories.agreed(house, case, service)
    with acting(caseworker.pk):
        made = actions.prepare(opened(case), service, actions.Offer("Help", anyway="phoned"), by=caseworker)
    assert (made.warned, made.warned_reason) == ([], "")


# --- gaps


def gaps(house) -> list[tuple[str, str]]:
    with acting(house.people["manager"].pk):
        return sorted(PathwayGap.objects.values_list("service_type", "reason"))


def test_scenario_3_a_decline_leaves_a_gap_and_the_next_attempt_is_linked_and_has_consent_of_its_own(
    house, case, caseworker
):
    """Scenario 3: declined (no_capacity) → pathway gap → next step → new consent → next referral, linked."""
    first = walked(house, case, Status.SENT)
    factories.respond(house, first, "decline", reason="no_capacity")
    assert gaps(house) == [("legal_assistance", "no_capacity")]
    other = house.services["Advice before a removal"]
    factories.agreed(house, case, other)
    with acting(caseworker.pk):
        second = actions.prepare(opened(case), other, actions.Offer("Help"), by=caseworker, previous=first)
    assert second.previous_id == first.pk
    assert second.decision_id != first.decision_id
    assert step(house, step(house, second.pk, "submit").pk, "send").status == Status.SENT


def test_a_gap_names_nobody(house, case):
    """R-53: unit, kind, reason, urgency and month; no case, no referral, no day."""
    names = {field.name for field in PathwayGap._meta.get_fields()}
    assert names == {"id", "unit", "service_type", "reason", "urgency", "month"}
    factories.respond(house, walked(house, case, Status.SENT), "decline", reason="out_of_area")
    with acting(house.people["manager"].pk):
        assert PathwayGap.objects.get().month.day == 1


@pytest.mark.parametrize("seat", ["caseworker", "partner_worker", "administrator", "volunteer"])
def test_gaps_are_read_by_who_can_mend_them_and_changed_by_nobody(house, case, seat):
    factories.respond(house, walked(house, case, Status.SENT), "decline", reason="out_of_area")
    with acting(house.people[seat].pk):
        assert not PathwayGap.objects.exists()
    with acting(house.people["manager"].pk):
        assert PathwayGap.objects.update(reason="other") == 0
        assert PathwayGap.objects.all().delete()[0] == 0


def test_a_silent_partner_and_a_missing_service_are_gaps_too(house, case, browse, caseworker):
    url = reverse("referrals:missing", args=[case.pk])
    worker = browse(caseworker)
    assert worker.post(url, {"kind": "nonsense"}).status_code == 422
    answer = worker.post(url, {"kind": "rfl"})
    assert "Noted as missing" in worker.get(answer.url).content.decode()
    assert gaps(house) == [("rfl", "no_service")]


def test_without_a_specialist_for_violence_nothing_is_blocked(house, browse, caseworker):
    """domain.md §5.2: listen, say what there is, offer, ask, respect a no; and the gap counts."""
    case = factories.case(house, category="sexual_or_gender_based")
    worker, url = browse(caseworker), reverse("referrals:choose", args=[case.pk])
    page = worker.get(url).content.decode()
    assert "There is no specialist for violence here. You can still help." in page
    assert "within 72 hours" in page
    assert "Somebody to talk to" in page
    entry(house, Partner.objects.get(organisation__name="Lantern House"), service_type="gbv_case_management")
    assert "There is no specialist" not in worker.get(url).content.decode()


# --- figures


def test_w02_how_services_answer_is_measured(house):
    """R-53: sent, not answered, declined, median hours, of the last 90 days."""
    for reason in ("no_capacity", "out_of_area"):
        factories.respond(house, walked(house, factories.case(house), Status.SENT), "decline", reason=reason)
    walked(house, factories.case(house), Status.EXPIRED)
    old = walked(house, factories.case(house), Status.SENT)
    Referral.objects.filter(pk=old.pk).update(sent_at=timezone.now() - timedelta(days=91))
    with acting(house.people["caseworker"].pk):
        Referral.objects.filter(pk=old.pk).update(sent_at=timezone.now() - timedelta(days=91))
    assert measure_services() == 1
    service = Service.objects.get(name="Papers and status service")
    assert (service.recent_sent, service.recent_silent, service.recent_declined) == (3, 1, 2)
    assert service.recent_hours is not None
    assert not service.is_silent, "of three nothing is said"
    assert measure_services() == 0


@pytest.mark.parametrize(("sent", "silent", "is_silent"), [(3, 3, False), (4, 1, False), (4, 2, True), (100, 26, True)])
def test_more_than_a_quarter_of_at_least_four(sent, silent, is_silent):
    assert Service(recent_sent=sent, recent_silent=silent).is_silent is is_silent


def test_the_page_of_the_pathways_tells_no_small_counts(house, case, browse):
    factories.respond(house, walked(house, case, Status.SENT), "decline", reason="no_capacity")
    measure_services()
    page = browse(house.people["directory_editor"]).get(reverse("referrals:pathways")).content.decode()
    assert "fewer than 5" in page
    assert "Papers and status service" in page


def test_p6_and_p7_are_shown_by_the_directory_and_the_register(house):
    """P6, P7: evidence of readiness, from what is there."""
    unit = house.units["harbour"]
    assert pathways.evidence(unit).is_met
    assert standing.partners_are_bound(unit).is_met
    Service.objects.update(verified_on=timezone.localdate() - timedelta(days=91))
    Partner.objects.update(agreement_until=timezone.localdate() - timedelta(days=1))
    assert not pathways.evidence(unit).is_met
    assert not standing.partners_are_bound(unit).is_met


def test_the_database_refuses_a_gap_by_nobody(house):
    with pytest.raises(DatabaseError), transaction.atomic():
        PathwayGap(unit=house.units["harbour"], service_type="rfl", reason="other", urgency="normal").save()
