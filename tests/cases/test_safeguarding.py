"""What concerns our own people goes to a store of its own and nowhere else (R-31, HS-16, scenario 12)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import DatabaseError, connections, transaction
from django.urls import reverse
from django.utils import timezone

from cases import actions as cases
from cases.actions import moving, safeguarding, safeguarding_lists
from cases.models import Case, CaseNote, Concern, SafeguardingBar, SafeguardingReport
from cases.safeguarding import HOLDER
from foundation.accounts import actions as accounts
from foundation.accounts.models import Role
from foundation.core.acting import acting
from foundation.core.errors import Absent, Forbidden, Refused, WrongState
from foundation.custody.rewrapping import _newest, new_organisation_key, replaced
from foundation.dossiers import clerk, ladder
from foundation.dossiers.models import Clock, Dossier, DossierKey, DossierUserPermission, Kind, key_place
from foundation.vault.crypto import extract
from foundation.vault.models import Lineage, OrganisationKey, current_key
from foundation.watch import actions as watch
from referrals import actions as referrals
from tests import factories

WORDS = "Juri from the office asks for money before he lets anybody in"


def seat(house, who: str, unit: str, role: str = Role.SAFEGUARDING):
    """Give somebody a seat now, as the installation does it."""
    appointed = accounts.propose(house.people[who], accounts.seat_of(house.units[unit], role), by=None)
    accounts.confirm(appointed, by=None)
    house.people[who].__dict__.pop("_held", None)
    return appointed


def seen_by(house, who: str) -> set[str]:
    with acting(house.people[who].pk):
        return set(SafeguardingReport.objects.visible_to(house.people[who]).values_list("code", flat=True))


def bare(house, who: str) -> dict[str, int]:
    """What SQL tells somebody as the application's role, past every filter."""
    tables = ("cases_safeguardingreport", "cases_safeguardingmove", "cases_safeguardingbar")
    asked = {name: f"SELECT count(*) FROM {name}" for name in tables}
    asked["folders"] = "SELECT count(*) FROM dossiers_dossier WHERE kind = 'guarded'"
    asked["clocks"] = "SELECT count(*) FROM dossiers_clock WHERE subject_kind = 'safeguarding'"
    asked["lists"] = "SELECT count(*) FROM dossiers_dossieruserpermission WHERE dossier_kind = 'guarded'"
    asked["keys"] = (
        "SELECT count(*) FROM dossiers_dossierkey JOIN dossiers_dossier d ON d.id = dossier_id AND kind = 'guarded'"
    )
    with acting(house.people[who].pk), transaction.atomic(), connections["default"].cursor() as cursor:
        found = {}
        for name, sql in asked.items():
            cursor.execute(sql)
            found[name] = cursor.fetchone()[0]
    return found


NOTHING = dict.fromkeys(
    (
        "cases_safeguardingreport",
        "cases_safeguardingmove",
        "cases_safeguardingbar",
        "folders",
        "clocks",
        "lists",
        "keys",
    ),
    0,
)


def test_anybody_reports_and_only_the_safeguarding_seat_reads(house):
    """R-31: its list names who holds the seat in the nearest unit; no reporter, lead, officer or administrator."""
    report = factories.conduct(house, text=WORDS)
    assert seen_by(house, "safeguarding") == {report.code}
    with acting(house.people["safeguarding"].pk):
        assert SafeguardingReport.objects.get().text == WORDS
    for who in set(house.people) - {"safeguarding"}:
        assert bare(house, who) == NOTHING, who


def test_the_accused_on_the_safeguarding_seat_knows_nothing_and_the_level_above_has_it(house):
    """HS-16: routed past the accused; neither the list, nor SQL, nor a clock tells that it exists."""
    report = factories.conduct(house, accused="safeguarding", text=WORDS)
    assert report.unit == house.units["national"]
    assert seen_by(house, "safeguarding_lead") == {report.code}
    assert bare(house, "safeguarding") == NOTHING


def test_the_line_of_the_accused_is_shut_out_even_on_the_seat(house):
    """HS-16: the manager of the accused holds the safeguarding seat too."""
    seat(house, "manager", "coast")
    report = factories.conduct(house, accused="caseworker")
    assert bare(house, "manager") == NOTHING
    assert seen_by(house, "safeguarding") == {report.code}


def test_a_seat_that_the_accused_gets_later_opens_nothing(house):
    """HS-16: the list names people and no seat, and the sweep never adds whom it may not name."""
    factories.conduct(house, accused="caseworker")
    seat(house, "caseworker", "coast")
    safeguarding_lists.sweep()
    assert bare(house, "caseworker") == NOTHING


def test_whoever_comes_to_the_seat_later_is_added_and_whoever_leaves_it_is_taken_off(house):
    report = factories.conduct(house)
    mine = seat(house, "outsider", "coast")
    safeguarding_lists.sweep()
    assert seen_by(house, "outsider") == {report.code}
    type(mine).objects.filter(pk=mine.pk).update(valid_until=timezone.now())
    safeguarding_lists.sweep()
    assert bare(house, "outsider") == NOTHING


def test_hidden_and_absent_are_the_same_bytes_for_the_accused(house, browse):
    """HS-16: 404, byte for byte, for every page of it."""
    report = factories.conduct(house, accused="safeguarding")
    client = browse(house.people["safeguarding"])
    for name, more in (("safeguarding_report", []), ("safeguarding_step", ["take_on"])):
        hidden = client.get(reverse(f"cases:{name}", args=[report.pk, *more]))
        absent = client.get(reverse(f"cases:{name}", args=[uuid4(), *more]))
        assert hidden.status_code == absent.status_code == 404
        assert _plain(hidden) == _plain(absent)
    assert report.code not in client.get(reverse("cases:safeguarding")).content.decode()
    assert report.code not in client.get("/").content.decode()


def _plain(answer) -> str:
    body = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "REF", answer.content.decode())
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "TOKEN", body)


def test_emergency_access_and_search_never_reach_it(house):
    """HS-16: the code of a report asked for as that of a case opens nothing."""
    report = factories.conduct(house, text=WORDS)
    asked, manager = factories.access(house, report.code, "caseworker"), house.people["manager"]
    with acting(manager.pk):
        assert watch.confirm(asked, by=manager).state == "nothing"
    assert bare(house, "focal_point") == NOTHING


def test_the_data_officer_sees_numbers_and_one_who_is_accused_not_even_those(house, browse):
    factories.conduct(house)
    factories.conduct(house, accused="data_officer")
    page = browse(house.people["data_officer"]).get(reverse("cases:safeguarding")).content.decode()
    assert re.search(r"Open</dt>\s*<dd[^>]*>\s*1\s*</dd>", page)
    assert browse(house.people["administrator"]).get(reverse("cases:safeguarding")).status_code == 403


def test_the_key_of_the_cases_does_not_open_it(house):
    """A dump, and the organisation's case key on top: the folder's key is wrapped by another lineage (safety.md §2)."""
    report = factories.conduct(house)
    organisation = report.unit.organisation_id
    case_key = current_key(organisation)
    with acting(house.people["safeguarding"].pk):
        row = DossierKey.objects.get(dossier=report.dossier_id)
        wrapped, place = bytes(row.wrapped), key_place(report.dossier_id, row.version)
        own = OrganisationKey.objects.get(pk=row.organisation_key_id)
    assert (own.lineage, own.pk == case_key.pk) == (Lineage.SAFEGUARDING, False)
    with pytest.raises(InvalidTag):
        AESGCM(extract(case_key.key())).decrypt(wrapped[:12], wrapped[12:], place)
    assert AESGCM(extract(own.key())).decrypt(wrapped[:12], wrapped[12:], place)


def test_the_database_refuses_a_key_of_the_wrong_lineage(house):
    report = factories.conduct(house)
    case_key = current_key(report.unit.organisation_id)
    with acting(house.people["safeguarding"].pk), pytest.raises(DatabaseError, match="kind"), transaction.atomic():
        DossierKey.objects.filter(dossier=report.dossier_id).update(organisation_key=case_key)


def test_the_dump_names_nobody(house):
    """Who reported, who is spoken of and who is barred are under the folder's key or the safeguarding key."""
    report = factories.conduct(house, accused="caseworker", text=WORDS)
    with acting(house.people["safeguarding"].pk), connections["default"].cursor() as cursor:
        found = []
        for table in ("cases_safeguardingreport", "cases_safeguardingbar"):
            cursor.execute(f"SELECT {table}::text FROM {table}")
            found += [row[0] for row in cursor.fetchall()]
    text = " ".join(found)
    assert report.code in text
    for secret in (WORDS, house.people["caseworker"].name, house.people["volunteer"].name):
        assert secret not in text
        assert secret.encode().hex() not in text


def test_a_new_key_of_the_organisation_is_one_of_each_lineage_and_keeps_who_is_barred(house):
    """Rotation knows the second lineage, and the accused stays shut out after it."""
    report = factories.conduct(house, accused="caseworker")
    organisation = report.unit.organisation_id
    new_organisation_key(organisation)
    old, newest = OrganisationKey.objects.filter(organisation_id=organisation, lineage="safeguarding").order_by(
        "version"
    )
    assert [row.pk for row in replaced() if row.lineage] == [old.pk]
    assert (HOLDER.n_under(old.pk), HOLDER.renew(old.pk, 10), HOLDER.n_under(newest.pk)) == (1, 1, 1)
    assert _newest(old) == current_key(organisation, Lineage.SAFEGUARDING) == newest
    seat(house, "caseworker", "coast")
    safeguarding_lists.sweep()
    assert bare(house, "caseworker") == NOTHING


# --- a concern, a note


def test_a_volunteers_concern_about_our_own_is_moved_whole_and_stays_nowhere_else(house):
    """HS-16: evidence in the store, nothing in the concern, the status says that it was received."""
    draft = factories.draft(house, category="conduct_of_our_staff_or_partner", summary=WORDS)
    by = house.people["volunteer"]
    with acting(by.pk):
        cases.answer_escalation(draft, by=by, answer="granted")
        marker = cases.submit(draft, by=by)
        assert (marker.status, marker.person) == ("safeguarding_moved", None)
        assert not Concern.objects.filter(pk=draft.pk).exists()
        left = Concern.objects.get(pk=marker.pk)
        assert not left.is_open
        assert (left.__dict__["summary"], left.__dict__["answers"], left.reporter_kind) == (None, None, "")
    with acting(house.people["focal_point"].pk):
        assert not Concern.objects.filter(pk=marker.pk).exists()
    with acting(house.people["safeguarding"].pk):
        report = SafeguardingReport.objects.get()
        assert report.text == WORDS
        assert report.known["evidence"]["alias"] == factories.NAME
    with clerk.as_clerk():
        assert Dossier.objects.get(pk=draft.dossier_id).erased_at is not None


def test_after_a_refusal_not_even_the_store_gets_the_words(house):
    """HS-02 holds here too."""
    draft = factories.draft(house, category="conduct_of_our_staff_or_partner", summary=WORDS)
    by = house.people["volunteer"]
    with acting(by.pk):
        cases.answer_escalation(draft, by=by, answer="refused")
        cases.submit(draft, by=by)
    with acting(house.people["safeguarding"].pk):
        report = SafeguardingReport.objects.get()
        assert WORDS not in report.text
        assert not {"alias", "summary", "safe_contact"} & set(report.known["evidence"])


def test_scenario_12_staff_named_as_abuser_in_a_note(house, browse):
    """The note's words leave the case, a neutral mark stays, the case goes on and help is still given."""
    case, worker = factories.case(house), house.people["caseworker"]
    with acting(worker.pk):
        note = cases.add_note(Case.objects.get(pk=case.pk), by=worker, text=WORDS)
    client, url = browse(worker), reverse("cases:take_note_out", args=[case.pk])
    accused = house.people["administrator"].pk
    filled = {"note": note.pk, "text": "She told me today.", "accused": accused}
    assert client.post(url, filled).status_code == 302
    page = client.get(reverse("cases:case_notes", args=[case.pk])).content.decode()
    assert WORDS not in page
    assert "A note was taken out" in page
    with acting(worker.pk):
        left = CaseNote.objects.get(pk=note.pk)
        assert (left.text, left.event) == (None, "taken_out")
    assert bare(house, "caseworker") == NOTHING
    with acting(house.people["safeguarding"].pk):
        report = SafeguardingReport.objects.get()
        assert report.known["evidence"]["note"] == WORDS
    helped = factories.assistance(house, case)
    with acting(worker.pk):
        assert referrals.give_assistance(helped, timezone.now(), "x", by=worker).status == "given"


def test_a_note_of_another_case_or_without_words_is_not_there_to_move(house):
    case, other, worker = factories.case(house), factories.case(house), house.people["caseworker"]
    with acting(worker.pk):
        note = cases.add_note(Case.objects.get(pk=other.pk), by=worker, text=WORDS)
        told = safeguarding.Told("x")
        with pytest.raises(Absent):
            moving.move_note(Case.objects.get(pk=case.pk), note, told, by=worker)
        moving.move_note(Case.objects.get(pk=other.pk), note, told, by=worker)
        with pytest.raises(Refused):
            moving.move_note(Case.objects.get(pk=other.pk), note, told, by=worker)


# --- the clock and the steps


def test_within_24_hours_somebody_takes_it_on_or_everybody_above_who_may_know_is_told(house):
    """domain.md §6, and the ladder of safeguarding seats: no focal point, deputy or manager ever stands on it."""
    report = factories.conduct(house)
    with acting(house.people["safeguarding"].pk):
        clock = Clock.objects.running().get(subject_id=report.pk)
        assert clock.due_at - clock.started_at == timedelta(hours=24)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        ladder.sweep()
        assert seen_by(house, "safeguarding_lead") == {report.code}
        for who in ("focal_point", "deputy", "manager", "data_officer"):
            assert bare(house, who) == NOTHING, who


def test_it_is_closed_by_two_people_with_what_came_of_it(house):
    report, first, second = factories.conduct(house), house.people["safeguarding"], house.people["safeguarding_lead"]
    with acting(first.pk):
        with pytest.raises(WrongState):
            safeguarding.ask_close(report, "measures", "", by=first)
        safeguarding.take_on(report, by=first)
        safeguarding.hand_on(report, "The inspector, told on Monday", by=first)
        safeguarding.ask_close(report, "referred", "It is theirs now", by=first)
        fresh = SafeguardingReport.objects.get()
        with pytest.raises(Forbidden):
            safeguarding.close(fresh, by=first)
        with pytest.raises(DatabaseError, match="another_person"), transaction.atomic():
            SafeguardingReport.objects.update(state="closed", closed_by=first, closed_at=timezone.now())
    with acting(second.pk):
        safeguarding.close(SafeguardingReport.objects.get(), by=second)
        closed = SafeguardingReport.objects.get()
        assert (closed.state, closed.outcome, closed.closed_by) == ("closed", "referred", second)


def test_what_was_kept_long_enough_ends_with_its_key(house):
    """By policy, and separate from the cases' schedule (domain.md §4.3)."""
    report, first, second = factories.conduct(house), house.people["safeguarding"], house.people["safeguarding_lead"]
    with acting(first.pk):
        safeguarding.take_on(report, by=first)
        safeguarding.ask_close(report, "not_known", "", by=first)
    with acting(second.pk):
        safeguarding.close(SafeguardingReport.objects.get(), by=second)
    with time_machine.travel(timezone.now() + timedelta(days=2560)):
        safeguarding_lists.sweep()
    with clerk.as_clerk():
        assert Dossier.objects.get(kind=Kind.GUARDED).erased_at is not None
        assert not SafeguardingBar.objects.exists()


def test_when_it_becomes_known_who_it_is_about_they_are_off_the_list_at_once(house):
    """HS-16: the reader on the seat turns out to manage the accused, and shuts himself out with it."""
    report = factories.conduct(house)
    me = house.people["safeguarding"]
    seat(house, "safeguarding", "harbour", Role.MANAGER)
    with acting(me.pk):
        safeguarding.bar(report, house.people["volunteer"], by=me)
    assert bare(house, "safeguarding") == NOTHING
    assert seen_by(house, "safeguarding_lead") == {report.code}
    with acting(house.people["safeguarding_lead"].pk):
        assert Clock.objects.running().get(subject_id=report.pk).user == house.people["safeguarding_lead"]


def test_with_nobody_left_to_read_it_nothing_is_kept_and_the_phone_is_named(house, settings):
    settings.SAFEGUARDING_CONTACT = "0800 555 777"
    for who in ("safeguarding", "safeguarding_lead"):
        house.people[who].appointments.update(valid_until=timezone.now())
    with pytest.raises(Refused) as refused:
        factories.conduct(house)
    assert "0800 555 777" in refused.value.message
    with clerk.as_clerk():
        assert not Dossier.objects.filter(kind=Kind.GUARDED).exists()
        assert not DossierUserPermission.objects.filter(dossier_kind=Kind.GUARDED).exists()


# --- pages


def test_the_reporter_gets_a_code_once_and_the_focal_point_works_through_the_steps(house, browse):
    volunteer, url = browse(house.people["volunteer"]), reverse("cases:safeguarding_ask")
    assert url in volunteer.get("/").content.decode(), "at the foot of every page"
    assert volunteer.post(url, {}).status_code == 422
    answer = volunteer.post(url, {"text": WORDS, "may_ask": "on"}, follow=True)
    code = re.search(r"\b[0-9A-Z]{3}-[0-9A-Z]{3}\b", answer.content.decode().split("Your code")[1]).group()
    assert code not in volunteer.get(reverse("cases:safeguarding_received")).content.decode()
    keeper = browse(house.people["safeguarding"])
    assert code in keeper.get(reverse("cases:safeguarding")).content.decode()
    with acting(house.people["safeguarding"].pk):
        report = SafeguardingReport.objects.get(code=code)
    page = keeper.get(reverse("cases:safeguarding_report", args=[report.pk])).content.decode()
    assert WORDS in page
    assert house.people["volunteer"].name in page
    assert keeper.post(reverse("cases:safeguarding_step", args=[report.pk, "take_on"])).status_code == 302
    for verb, filled in (("note", {"text": "Spoke to her"}), ("hand_on", {"text": "Inspector"})):
        assert keeper.post(reverse("cases:safeguarding_step", args=[report.pk, verb]), filled).status_code == 302
    assert "Spoke to her" in keeper.get(reverse("cases:safeguarding_report", args=[report.pk])).content.decode()
