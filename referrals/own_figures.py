"""What a partner is told of its own work: how many, how they stand, why it declined, how long it took.

Nothing here is more than the partner reads already. A number counts lines of its own feed, by a state that each line
shows; a time lies between two of its own acts. So no number is held back for being small: whoever may ask could count the
feed. What the feed does not show is not counted either: what is told by phone or on paper, a code that nobody has brought,
why somebody else called it off, and anything of a person, such as age or sex. As where services are measured
(``actions.measuring``), no consent to be counted is asked, because no trait of anybody is.

A figure travels further than a feed, into reports: a median of fewer than ``FEW`` is therefore not told.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, QuerySet

from foundation.accounts.models import User
from referrals.models import Referral, ReferralMove
from referrals.models.service import FEW
from referrals.policy import works_for
from referrals.vocabulary import Status

MOST_DAYS = 366
VERBS = {"acknowledge": "acknowledge", "serve": "start"}


class Median(Aggregate):
    """The middle of some durations."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


def figures(reader: User, since: date, until: date) -> dict[str, Any]:
    """Of the referrals that were sent to the reader's organisation from ``since`` to ``until``, both days whole in UTC."""
    rows = _sent(reader, since, until)
    states = dict(rows.values_list("status").annotate(n=Count("pk")).order_by())
    reasons = rows.filter(status=Status.DECLINED).values_list("end_reason").annotate(n=Count("pk")).order_by()
    return {
        "since": since, "until": until, "referrals": sum(states.values()), "by_state": states,
        "decline_reasons": dict(reasons), "median_hours": _medians(rows),
    }  # fmt: skip


def _sent(reader: User, since: date, until: date) -> QuerySet[Referral]:
    begins = datetime.combine(since, time.min, UTC)
    ends = datetime.combine(until + timedelta(days=1), time.min, UTC)
    rows: QuerySet[Referral] = Referral.objects.visible_to(reader)
    return rows.filter(recipient__in=works_for(reader), sent_at__gte=begins, sent_at__lt=ends)


def _medians(rows: QuerySet[Referral]) -> dict[str, float | None]:
    decided = rows.filter(decided_at__isnull=False).aggregate(**_middle("decided_at", "sent_at"))
    moves = {
        name: ReferralMove.objects.filter(referral__in=rows.values("pk"), verb=verb) for name, verb in VERBS.items()
    }
    found = {name: of.aggregate(**_middle("at", "referral__sent_at")) for name, of in moves.items()}
    return {name: _hours(row) for name, row in {**found, "decide": decided}.items()}


def _middle(end: str, begin: str) -> dict[str, Any]:
    length = ExpressionWrapper(F(end) - F(begin), output_field=DurationField())
    return {"n": Count("pk"), "middle": Median(length, output_field=DurationField())}


def _hours(row: dict[str, Any]) -> float | None:
    return None if row["n"] < FEW else round(row["middle"].total_seconds() / 3600, 1)
