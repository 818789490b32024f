"""Reports of harm pass by whoever they speak of; lessons wait for a second person (R-11, R-30; PS-18; HS-20)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connections, transaction
from django.urls import reverse
from django.utils import timezone

from cases.actions import learning
from cases.models import HarmReport, LessonLearned
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused
from foundation.dossiers import ladder
from foundation.dossiers.models import Clock

TEXT = "The partner phoned the landlord. The tenant had to leave the same night."


def reported(house, who: str = "volunteer", about: str = "", text: str = TEXT) -> HarmReport:
    by = house.people[who]
    with acting(by.pk):
        return learning.report_harm("exposed", text, house.people[about] if about else None, by=by)


def sees(user) -> bool:
    with acting(user.pk), connections["default"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM cases_harmreport")
        return bool(cursor.fetchall())


def act(house, who: str, action, *args):
    by = house.people[who]
    with acting(by.pk):
        return action(HarmReport.objects.get(), *args, by=by)


def test_a_report_passes_by_whoever_it_speaks_of_and_is_followed_up(house):
    reported(house, about="focal_point")
    assert not sees(house.people["focal_point"])
    for who in ("volunteer", "deputy", "manager"):
        assert sees(house.people[who]), who
    for who in ("caseworker", "outsider", "administrator", "data_officer", "partner_worker"):
        assert not sees(house.people[who]), who
    with pytest.raises(Forbidden):
        act(house, "volunteer", learning.take_on_harm)
    act(house, "deputy", learning.take_on_harm)
    act(house, "deputy", learning.note_harm, "The tenant sleeps at the shelter since yesterday.")
    with pytest.raises(Refused):
        act(house, "deputy", learning.close_harm, " ")
    done = act(house, "deputy", learning.close_harm, "Partners phone nobody but the person; agreed in writing.")
    assert done.status == "closed"
    with acting(house.people["deputy"].pk):
        assert not Clock.objects.running().filter(subject_id=done.pk).exists()


def test_the_ladder_never_brings_it_to_whom_it_speaks_of(house):
    report = reported(house, about="manager")
    with acting(house.people["deputy"].pk):
        now = timezone.now()
        Clock.objects.filter(subject_id=report.pk).update(
            started_at=now - timedelta(hours=30), due_at=now - timedelta(hours=6), next_at=now - timedelta(hours=1),
            n_reminders=2,
        )  # fmt: skip
    assert {"harm_report", "harm_close"} <= ladder.staying
    ladder.sweep()
    assert not sees(house.people["manager"])


def test_who_reported_does_not_close_it_by_any_way(house):
    report = reported(house)
    with acting(house.people["volunteer"].pk), pytest.raises(DatabaseError), transaction.atomic():
        HarmReport.objects.filter(pk=report.pk).update(
            status="closed", closed_by=house.people["volunteer"], closed_at="2026-01-01T00:00Z"
        )


def test_a_lesson_names_nobody_and_waits_for_a_second_person(house, browse):
    by, other = house.people["caseworker"], house.people["focal_point"]
    with acting(by.pk):
        with pytest.raises(Refused) as stop, transaction.atomic():
            learning.write_lesson("mistake", "We phoned +380 50 123 45 67.", [], by=by, is_confirmed=True)
        assert stop.value.code == "nobody.recognised"
        row = learning.write_lesson("mistake", "Ask first which number is safe.", ["GPC-08"], by=by, is_confirmed=True)
        with pytest.raises(Refused):
            learning.release_lesson(row, by=by)
        with pytest.raises(DatabaseError), transaction.atomic():
            LessonLearned.objects.filter(pk=row.pk).update(released_by=by, released_at="2026-01-01T00:00Z")
    page = browse(house.people["outsider"]).get(reverse("cases:lessons")).content.decode()
    assert "Ask first which number is safe." not in page
    assert browse(other).post(reverse("cases:lesson_release", args=[row.pk])).status_code == 302
    page = browse(house.people["outsider"]).get(reverse("cases:lessons") + "?risk=GPC-08").content.decode()
    assert "Ask first which number is safe." in page
    assert browse(house.people["partner_worker"]).get(reverse("cases:lessons")).status_code == 403
    with acting(house.people["partner_worker"].pk):
        assert not LessonLearned.objects.exists()


def test_harm_is_reported_and_answered_on_its_pages(house, browse):
    volunteer, deputy = browse(house.people["volunteer"]), browse(house.people["deputy"])
    assert volunteer.post(reverse("cases:harm_new"), {}).status_code == 422
    typed = {"kind": "reprisal", "text": TEXT, "about": house.people["focal_point"].pk}
    answer = volunteer.post(reverse("cases:harm_new"), typed)
    assert answer.status_code == 302
    assert browse(house.people["focal_point"]).get(answer["Location"]).status_code == 404
    assert TEXT in deputy.get(answer["Location"]).content.decode()
    with acting(house.people["deputy"].pk):
        pk = HarmReport.objects.get().pk
    step = {verb: reverse("cases:harm_step", args=[pk, verb]) for verb in ("take_on", "note", "close")}
    assert deputy.get(step["close"]).status_code == 409
    assert deputy.post(step["take_on"]).status_code == 302
    assert deputy.post(step["note"], {"note": "Safe since last night."}).status_code == 302
    assert deputy.post(step["close"], {"changed": "Agreed in writing."}).status_code == 302
    assert "Agreed in writing." in volunteer.get(answer["Location"]).content.decode()
    assert "Somebody was punished" in volunteer.get(reverse("cases:harms")).content.decode()
