"""Shapes of a partner's own entries of the directory."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from consent.vocabulary import AccessNeed
from foundation.core.errors import Refused
from referrals.api.serializers import Strict
from referrals.listing import HSDS_DAYS, LANGUAGES, Attribute, Place, ServiceStatus
from referrals.vocabulary import ServiceType

MOST = 2**31 - 1
CLOCK = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"


class Hours(Strict):
    """Open from and until on one day of the week, on the entry's own clock; the end of the day is ``24:00``."""

    weekday = serializers.ChoiceField(HSDS_DAYS)
    opens_at = serializers.RegexField(CLOCK)
    closes_at = serializers.RegexField(CLOCK)


def _places() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=MOST, allow_null=True, required=False)


class ServicePatch(Strict):
    """What you know from day to day: free places, hours, languages, a notice, how one gets there.

    The rest is kept by the people of the directory; of a service whose place is told to nobody so are the words.
    """

    capacity_available = _places()
    capacity_maximum = _places()
    hours = Hours(many=True, required=False)
    time_zone = serializers.CharField(max_length=40, required=False)
    languages = serializers.ListField(child=serializers.ChoiceField(LANGUAGES), required=False)
    alert = serializers.CharField(max_length=200, allow_blank=True, required=False)
    how_to = serializers.CharField(max_length=300, allow_blank=True, required=False)

    def to_internal_value(self, data: Any) -> Any:
        """As usual, after saying of what is not the partner's to change that it is not."""
        ours = sorted(set(data) & set(EntryShape().fields) - set(self.fields))
        if ours:
            words = _("Only the people who keep the directory change this. Ask them.")
            raise Refused("sender.staff_only", words, ours[0])
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Something has to change."""
        if not attrs:
            raise serializers.ValidationError(_("Say what changes."), code="empty")
        return attrs

    def told(self) -> dict[str, Any]:
        """What is to change, as the entry keeps it."""
        given: dict[str, Any] = dict(self.validated_data)
        if "hours" in given:
            rows = [(HSDS_DAYS.index(row["weekday"]), row["opens_at"], row["closes_at"]) for row in given["hours"]]
            given["hours"] = [list(row) for row in sorted(set(rows))]
        if "languages" in given:
            given["languages"] = list(dict.fromkeys(given["languages"]))
        return given


class EntryShape(serializers.Serializer[Any]):
    """One of your own entries. ``verified_on`` is our check, ``confirmed_on`` your own word that it is right still."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    service_type = serializers.ChoiceField(ServiceType.choices)
    status = serializers.ChoiceField(ServiceStatus.choices)
    description = serializers.CharField(allow_blank=True)
    area = serializers.CharField()
    location_type = serializers.ChoiceField(Place.choices)
    address = serializers.CharField(allow_blank=True, help_text="Empty where the place is told to nobody.")
    phone = serializers.CharField(allow_blank=True)
    how_to = serializers.CharField(allow_blank=True)
    eligibility = serializers.CharField(allow_blank=True)
    minimum_age = serializers.IntegerField(allow_null=True)
    maximum_age = serializers.IntegerField(allow_null=True)
    languages = serializers.ListField(child=serializers.CharField())
    access = serializers.ListField(child=serializers.ChoiceField(AccessNeed.choices))
    attributes = serializers.ListField(child=serializers.ChoiceField(Attribute.choices))
    time_zone = serializers.CharField()
    fees = serializers.CharField(allow_blank=True)
    capacity_available = serializers.IntegerField(allow_null=True)
    capacity_maximum = serializers.IntegerField(allow_null=True)
    capacity_at = serializers.DateTimeField(allow_null=True)
    alert = serializers.CharField(allow_blank=True)
    needs = serializers.ListField(
        child=serializers.CharField(), help_text="What you are told beyond the preview, by code."
    )
    verified_on = serializers.DateField()
    confirmed_on = serializers.DateField(allow_null=True)
    hours = Hours(many=True)
    changeable = serializers.ListField(child=serializers.CharField(), help_text="What you may change yourself.")


class Entries(serializers.Serializer[Any]):
    """All of your own entries, by name."""

    results = EntryShape(many=True)
