"""The door, row-level security and guardian give the same answer, for everybody, on generated organisation charts."""

import pytest
from guardian.shortcuts import get_objects_for_user

from cases.models import Case, CaseNote, Concern, FollowUp
from consent.models import Consent, Decision, Person
from foundation.accounts.models import User
from foundation.core.acting import acting
from foundation.dossiers import clerk, doors
from foundation.dossiers.models import FOLLOW, VIEW, Clock, Dossier, DossierKey, Kind
from referrals.models import Disclosure, Message, Referral, ReferralMove
from tests import factories
from tests.dossiers import charts

BOUND = [
    Person,
    Consent,
    Decision,
    Concern,
    Case,
    CaseNote,
    FollowUp,
    Clock,
    Referral,
    ReferralMove,
    Disclosure,
    Message,
]
SEEDS = range(6)
BOTH_PERMISSIONS = {VIEW, FOLLOW}


@pytest.fixture(params=SEEDS)
def chart(request, db):
    return charts.draw(request.param)


@pytest.fixture(params=SEEDS)
def dated(request, db):
    drawn = charts.draw(request.param)
    charts.add_dates(drawn, request.param)
    return drawn


def by_guardian(user, codenames) -> set:
    """Asked in the clerk's name, who follows every folder: so that row-level security takes nothing away."""
    with acting(clerk._ids()[0]):
        found = get_objects_for_user(
            user, [f"dossiers.{c}" for c in codenames], Dossier.objects.all(),
            any_perm=True, accept_global_perms=False, with_superuser=False,
        )  # fmt: skip
        return set(found.values_list("pk", flat=True))


def by_door(user, permission) -> set:
    """The first wall alone, also in the clerk's name."""
    with acting(clerk._ids()[0]):
        return set(Dossier.objects.visible_to(user, permission).values_list("pk", flat=True))


def by_wall(user, model, column) -> set:
    """The second wall alone: somebody forgot the filter."""
    with acting(user.pk):
        return set(model.objects.values_list(column, flat=True))


def test_door_wall_and_guardian_agree_on_who_follows(chart):
    for user in chart.people:
        wanted = charts.expected(user, BOTH_PERMISSIONS)
        assert by_guardian(user, BOTH_PERMISSIONS) == wanted
        assert by_door(user, FOLLOW) == wanted
        assert by_wall(user, Dossier, "pk") == wanted


def test_door_wall_and_guardian_agree_on_who_opens(chart):
    for user in chart.people:
        wanted = charts.expected(user, {VIEW})
        assert by_guardian(user, {VIEW}) == wanted
        assert by_door(user, VIEW) == wanted
        assert by_wall(user, DossierKey, "dossier_id") == wanted


def test_the_charts_are_worth_comparing(db):
    """Somebody sees much, somebody little, somebody only follows: else agreement would prove nothing."""
    seen, followed = [], []
    for seed in SEEDS:
        chart = charts.draw(seed)
        for user in chart.people:
            seen.append(len(charts.expected(user, {VIEW})))
            followed.append(len(charts.expected(user, BOTH_PERMISSIONS) - charts.expected(user, {VIEW})))
    assert min(seen) < max(seen)
    assert 0 < max(seen) < 9
    assert max(followed) > 0


def test_dates_are_honoured_by_both_walls(dated):
    """Unconfirmed, not begun, ended, left, expired: guardian knows none of it, the walls do (walls.md, trap 13)."""
    for user in dated.people:
        assert by_door(user, FOLLOW) == by_wall(user, Dossier, "pk") == charts.expected(user, BOTH_PERMISSIONS)
        assert by_door(user, VIEW) == by_wall(user, DossierKey, "dossier_id") == charts.expected(user, {VIEW})


def test_guardian_alone_would_show_too_much(db):
    """Why the walls do not ask guardian: it ignores that an appointment has not begun and that a row has expired."""
    more = 0
    for seed in SEEDS:
        chart = charts.draw(seed)
        charts.add_dates(chart, seed)
        more += sum(bool(by_guardian(u, {VIEW}) - charts.expected(u, {VIEW})) for u in chart.people)
    assert more > 0


def test_lists_of_the_newest_hold_what_the_door_allows(house):
    """The list door (one probe per seat) and the record door give the same rows."""
    case = factories.case(house)
    factories.submitted(house)
    factories.sent(house, case)
    for user in User.objects.exclude(email=clerk.EMAIL):
        with acting(user.pk):
            for model in (Concern, Case, Referral):
                for kind in Kind:
                    listed = set(model.objects.newest(user, kind, 50).values_list("pk", flat=True))
                    allowed = model.objects.visible_to(user).filter(dossier__kind=kind)
                    assert listed == set(allowed.values_list("pk", flat=True)), (user, model, kind)


def test_lists_of_the_newest_honour_dates(dated):
    for user in dated.people:
        with acting(user.pk):
            for kind in Kind:
                condition, _order = doors.newest("dossiers_dossierkey", user, VIEW, kind, 50, None)
                listed = set(DossierKey.objects.filter(condition).values_list("dossier_id", flat=True))
                kinds = Dossier.objects.filter(pk__in=charts.expected(user, {VIEW}), kind=kind)
                assert listed == set(kinds.values_list("pk", flat=True))


@pytest.fixture
def story(house):
    """Everything that a house may hold: a draft, an anonymous concern, a case, a referral with a question."""
    factories.draft(house)
    factories.submitted(house, answer="refused")
    case = factories.case(house)
    referral = factories.sent(house, case)
    factories.respond(house, referral, "ask", text="Which papers?")
    return house


def people(house) -> dict:
    machines = {f"machine of {name}": house.machine(name) for name in house.partners}
    return {**house.people, **machines}


def test_a_forgotten_filter_leaks_nothing(story):
    """Proof 2 in small: ``Model.objects.all()`` gives each seat what ``visible_to`` gives, for every kind of record."""
    rows = 0
    for name, user in people(story).items():
        with acting(user.pk):
            for model in BOUND:
                bare = set(model.objects.values_list("pk", flat=True))
                through = set(model.objects.visible_to(user).values_list("pk", flat=True))
                if model is not Decision:
                    assert bare == through, (name, model)
                assert through <= bare, (name, model)
                rows += len(through)
    assert rows > 40, "the positive control: there is something to see"


def test_the_recipient_reads_the_very_decision_and_no_other(story):
    """The one further door in the second wall: HS-01 is asked again at each read, so the decision must be readable."""
    machine = story.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        assert set(Decision.objects.all()) == {Referral.objects.get().decision}
        assert Decision.objects.get().is_open is False
    with acting(story.machine("Lantern House").pk):
        assert not Decision.objects.exists()


@pytest.mark.parametrize("seat", ["outsider", "administrator", "data_officer", "auditor"])
def test_who_is_on_no_list_sees_no_row_of_any_kind(story, seat):
    """Scenario 16: the administrator reads no case; A4.8: neither does a caseworker of another unit."""
    user = story.people[seat]
    with acting(user.pk):
        # What went wrong with data is the officers' own, in folders of their own.
        own = (
            Dossier.objects.filter(kind__in=(Kind.INCIDENT, Kind.SHELF))
            if seat == "data_officer"
            else Dossier.objects.none()
        )
        keys = DossierKey.objects.exclude(dossier__in=own)
        for rows in [*(model.objects.all() for model in BOUND), Dossier.objects.exclude(pk__in=own), keys]:
            assert not rows.exists(), rows.model


def test_another_partner_sees_no_row_of_any_kind(story):
    """Scenario 17."""
    with acting(story.machine("Lantern House").pk):
        for model in [*BOUND, Dossier, DossierKey]:
            assert not model.objects.exists(), model


def test_what_the_seats_of_the_story_see(story):
    """The expected figures, written down: a wall that shows nothing to anybody would also never leak."""
    wanted = {
        "volunteer": {Concern: 3, Case: 0, Person: 1, Referral: 0},
        "focal_point": {Concern: 2, Case: 1, Person: 1, Referral: 1},
        "caseworker": {Concern: 1, Case: 1, Person: 1, Referral: 1},
        "partner_worker": {Concern: 0, Case: 0, Person: 0, Referral: 1},
    }
    for seat, counts in wanted.items():
        with acting(story.people[seat].pk):
            assert {model: model.objects.count() for model in counts} == counts, seat
