"""A partner's own figures."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.audit import trail
from referrals.api import schema
from referrals.api.authentication import READ, machine, require_scope
from referrals.api.query import query_of
from referrals.api.serializers import Strict
from referrals.own_figures import MOST_DAYS, figures

USUAL = timedelta(days=89)
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)


class Period(Strict):
    """Of which days: the last ninety, unless said otherwise; a year at most."""

    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Both days, the earlier first."""
        until = attrs.get("until", timezone.now().date())
        if not EARLIEST <= until <= LATEST:
            raise serializers.ValidationError({"until": _("Choose a day between 2000 and 2200.")})
        since = attrs.get("since", until - USUAL)
        if not timedelta() <= until - since < timedelta(days=MOST_DAYS):
            raise serializers.ValidationError({"since": _("Choose at most a year, the earlier day first.")})
        return {"since": since, "until": until}


class Medians(serializers.Serializer[Any]):
    """Hours from sending; null of too few."""

    acknowledge = serializers.FloatField(allow_null=True)
    decide = serializers.FloatField(allow_null=True)
    serve = serializers.FloatField(allow_null=True)


class Figures(serializers.Serializer[Any]):
    """Referrals that were sent to you in the period: how they stand now, why you declined, how long it took."""

    since = serializers.DateField()
    until = serializers.DateField()
    referrals = serializers.IntegerField()
    by_state = serializers.DictField(child=serializers.IntegerField())
    decline_reasons = serializers.DictField(child=serializers.IntegerField())
    median_hours = Medians()


@extend_schema(
    operation_id="readStatistics",
    parameters=[Period, schema.ACCEPT_LANGUAGE, schema.RETRY_AFTER],
    responses={200: Figures, **schema.LISTING},
)
@api_view(["GET"])
def statistics(request: Request) -> Response:
    """Your own work in figures: lines of your own feed, counted. Nothing of a person; no median of fewer than four."""
    require_scope(request, READ)
    period = query_of(request, Period)
    trail.record("referral.counted", since=period["since"].isoformat(), until=period["until"].isoformat())
    return Response(figures(machine(request), **period))
