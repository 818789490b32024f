"""A partner's own figures: lines of its own feed, counted, and nothing that the feed does not say."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from foundation.core.acting import acting
from referrals.models import Referral, ReferralMove
from tests import factories, partner
from tests.referrals.test_api_read import withdraw
from tests.referrals.test_channels import told as by_us
from tests.referrals.walking import walked

TODAY = datetime.now(UTC).date()


@pytest.fixture
def api(house):
    return partner.api(house)


def told(api, query=""):
    answer = api.client.get(f"/api/v1/statistics{query}", headers={"authorization": f"Bearer {api.bearer}"})
    return answer.status_code, answer.json()


def test_the_counts_are_those_of_the_feed_and_no_others(house, api):
    case = factories.case(house)
    for state in ("sent", "accepted", "accepted", "declined", "draft", "in_progress"):
        walked(house, case, state)
    withdraw(house, factories.sent(house))
    status, found = told(api)
    lines = api.get("?limit=100").json()["results"]
    assert status == 200
    assert found["referrals"] == len(lines) == 6
    for state, n in found["by_state"].items():
        assert n == sum(line["status"] == state for line in lines), state
    assert sum(found["by_state"].values()) == 6
    assert found["decline_reasons"] == {"no_capacity": 1}
    assert told(partner.api(house, "Lantern House"))[1]["referrals"] == 0


def test_a_code_that_nobody_brought_and_a_phone_call_are_in_no_figure(house, api):
    case = factories.case(house)
    for more in ({"channel": "phone"}, {"channel": "carried", "is_safe_to_carry": True}):
        by_us(house, case, **more)
    assert told(api)[1]["referrals"] == 0
    walked(house, case, "sent")
    assert told(api)[1]["referrals"] == 1


def test_a_median_of_few_is_not_told_and_of_enough_is_right(house, api):
    case = factories.case(house)
    referrals = [walked(house, case, "in_progress") for _n in range(4)]
    with acting(house.people["caseworker"].pk):
        for referral, hours in zip(referrals, (1, 2, 4, 40), strict=True):
            row = Referral.objects.get(pk=referral.pk)
            sent = row.decided_at - timedelta(hours=hours)
            Referral.objects.filter(pk=row.pk).update(sent_at=sent)
            ReferralMove.objects.filter(referral=row.pk, verb="start").update(at=sent + timedelta(hours=10))
    median = told(api, f"?since={TODAY - timedelta(days=10)}")[1]["median_hours"]
    assert median == {"acknowledge": None, "decide": 3.0, "serve": 10.0}
    with acting(house.people["caseworker"].pk):
        Referral.objects.filter(pk=referrals[0].pk).update(sent_at=timezone.now() - timedelta(days=300))
    assert told(api)[1]["median_hours"]["decide"] is None


def test_the_period_has_whole_days(house, api):
    referral = walked(house, factories.case(house), "sent")
    with acting(house.people["caseworker"].pk):
        late = datetime(2026, 5, 3, 23, 59, 59, tzinfo=UTC)
        Referral.objects.filter(pk=referral.pk).update(sent_at=late)
    counted = {
        day: told(api, f"?since=2026-05-{day}&until=2026-05-{day}")[1]["referrals"] for day in ("02", "03", "04")
    }
    assert counted == {"02": 0, "03": 1, "04": 0}


@pytest.mark.parametrize(
    "query",
    ["since=2026-05-03&until=2026-05-02", "since=2020-01-01&until=2026-01-01", "since=x", "by=age", "until=9999-12-31",
     "since=2026-01-01&since=2026-01-02", "until=0001-01-01"],
)  # fmt: skip
def test_what_is_no_period_is_refused(api, query):
    status, body = told(api, f"?{query}")
    assert (status, body["code"]) == (400, "sender.invalid")


def test_it_asks_as_much_for_many_as_for_few(house, api):
    case = factories.case(house)
    walked(house, case, "accepted")
    told(api)
    with CaptureQueriesContext(connection) as few:
        told(api)
    for state in ("sent", "declined", "in_progress"):
        walked(house, case, state)
    with CaptureQueriesContext(connection) as many:
        told(api)
    assert len(many) == len(few)


def test_without_a_token_or_with_one_that_only_answers_nothing_is_told(house, api):
    api.bearer = "no"
    assert told(api)[0] == 401
    assert told(partner.api(house).sign_in(scope="referrals:respond"))[1]["code"] == "sender.scope"
