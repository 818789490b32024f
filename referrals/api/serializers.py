"""Shapes of requests and answers. Unknown fields are refused."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from cases.vocabulary import Urgency
from consent.vocabulary import Basis, InterpreterNeed
from referrals.appointing import RESULT_CHOICES, WHERE_LENGTH, AppointmentState, TellBy, Venue
from referrals.attempting import Outside, Way
from referrals.items import ITEM_CHOICES, ItemReason, ItemRefusal, ItemState
from referrals.vocabulary import FIELDS, Confirmation, DeclineReason, OwnGround, ServiceOutcome, Status


class Strict(serializers.Serializer[Any]):
    """A serializer that names what it does not know."""

    def to_internal_value(self, data: Any) -> Any:
        """As usual, after refusing unknown fields."""
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError(dict.fromkeys(sorted(unknown), _("Unknown.")), code="unknown")
        return super().to_internal_value(data)


def _text(required: bool) -> serializers.CharField:
    return serializers.CharField(max_length=1000, required=required, allow_blank=not required)


class Nothing(Strict):
    """No body is needed: acknowledge, accept, start, resume."""


class Attempt(Strict):
    """You tried to reach the person: when, how, and whether within the safe times; outside them say why."""

    at = serializers.DateTimeField()
    way = serializers.ChoiceField(Way.choices)
    is_within = serializers.BooleanField(help_text="Whether it was within the safe times of the contact.")
    outside = serializers.ChoiceField(Outside.choices, required=False, help_text="Needed if it was not.")


class Hold(Strict):
    """Until which day it rests; you are reminded then."""

    until = serializers.DateField(required=False, help_text="Within the next three months.")


class Unreached(Nothing):
    """No body is needed. Allowed after three attempts within the safe times."""


class Ask(Strict):
    """A question to the referrer, without the person's name."""

    text = _text(required=True)


class Decline(Strict):
    """Why not."""

    reason = serializers.ChoiceField(DeclineReason.choices)


class Outcome(Strict):
    """What came of the service, and a short report."""

    outcome = serializers.ChoiceField(ServiceOutcome.choices)
    text = _text(required=False)


class Confirm(Strict):
    """What was done after a withdrawal, of all or of the fields in ``taken_back``.

    ``retained_on_own_basis`` needs the ``ground`` and, in ``text``, what is kept, why and for how long.
    """

    confirmation = serializers.ChoiceField(Confirmation.choices)
    ground = serializers.ChoiceField(OwnGround.choices, required=False)
    text = _text(required=False)


class Appoint(Strict):
    """You set an appointment, or another instead of the one ahead: when, where, and how the person learns of it.

    ``safe_way`` only if a safe way is among what you were told, and allows contact; else ``referrer`` tells the person.
    """

    at = serializers.DateTimeField(help_text="Ahead, within a year.")
    venue = serializers.ChoiceField(Venue.choices)
    where = serializers.CharField(
        max_length=WHERE_LENGTH,
        required=False,
        default="",
        allow_blank=True,
        help_text="Needed for `words`, else empty.",
    )
    tell_by = serializers.ChoiceField(TellBy.choices)
    interpreter = serializers.ChoiceField(InterpreterNeed.choices)


class AppointmentResult(Strict):
    """What came of the appointment ahead. Whether the person came can be said once its time has come."""

    result = serializers.ChoiceField(RESULT_CHOICES)


class RequestItem(Strict):
    """You need one item more, that is opened on request only. It opens if the person agreed; else you read why not."""

    item = serializers.ChoiceField(ITEM_CHOICES)
    reason = serializers.ChoiceField(ItemReason.choices)


BODIES: dict[str, type[Strict]] = {
    "acknowledge": Nothing,
    "accept": Nothing,
    "start": Nothing,
    "hold": Hold,
    "resume": Nothing,
    "attempt": Attempt,
    "request-item": RequestItem,
    "appointment": Appoint,
    "appointment-result": AppointmentResult,
    "unable-to-reach": Unreached,
    "ask": Ask,
    "decline": Decline,
    "complete": Outcome,
    "not-complete": Outcome,
    "confirm-withdrawal": Confirm,
}


class InboxQuery(Strict):
    """Query of the inbox."""

    after = serializers.IntegerField(min_value=0, max_value=2**62, required=False, default=0)
    status = serializers.ChoiceField(Status.choices, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=100, required=False, default=25)


class Line(serializers.Serializer[Any]):
    """A line of the inbox. ``urgency`` and ``service_id`` are null once it is over."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    urgency = serializers.ChoiceField(Urgency.choices, allow_null=True)
    service_id = serializers.UUIDField(allow_null=True)
    referred_by = serializers.CharField()
    sent_at = serializers.DateTimeField()
    status_at = serializers.DateTimeField()
    recalled_at = serializers.DateTimeField(allow_null=True)
    narrowed_at = serializers.DateTimeField(allow_null=True)
    taken_back = serializers.ListField(
        child=serializers.ChoiceField(sorted(FIELDS)), help_text="What you were told and must keep no longer."
    )
    needs_action_by = serializers.ChoiceField(["referrer", "approver", "partner", "nobody"])
    available_actions = serializers.ListField(child=serializers.ChoiceField(list(BODIES)))
    end_reason = serializers.CharField(allow_blank=True, help_text="Your own reason, or consent_withdrawn.")
    outcome = serializers.CharField(allow_blank=True, help_text="What you reported.")
    version = serializers.IntegerField()


class Inbox(serializers.Serializer[Any]):
    """What changed for the caller since a cursor, oldest change first."""

    results = Line(many=True)
    next_cursor = serializers.IntegerField()
    has_more = serializers.BooleanField()


class ConsentShape(serializers.Serializer[Any]):
    """What the referral rests on: the person's decision, or an exceptional disclosure (danger, or a legal obligation)."""

    id = serializers.UUIDField()
    basis = serializers.ChoiceField(Basis.choices)
    fields_ = serializers.ListField(child=serializers.CharField())
    valid_until = serializers.DateTimeField()

    def get_fields(self) -> dict[str, Any]:
        """``fields`` is a word of DRF, so it is declared under another name."""
        found = super().get_fields()
        found["fields"] = found.pop("fields_")
        return found


class MessageShape(serializers.Serializer[Any]):
    """A question or an answer."""

    at = serializers.DateTimeField()
    text = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        """``from`` is a word of Python."""
        return {"from": serializers.CharField(), **super().get_fields()}


class CorrectionShape(serializers.Serializer[Any]):
    """A value that was wrong in what you were told: the right one."""

    field = serializers.CharField(help_text="As in ``taken_back``.")
    at = serializers.DateTimeField()
    value = serializers.JSONField()


class AppointmentShape(serializers.Serializer[Any]):
    """The last appointment that you set, and what came of it."""

    at = serializers.DateTimeField()
    venue = serializers.ChoiceField(Venue.choices)
    where = serializers.CharField(allow_blank=True)
    tell_by = serializers.ChoiceField(TellBy.choices)
    interpreter = serializers.ChoiceField(InterpreterNeed.choices)
    state = serializers.ChoiceField(AppointmentState.choices)
    set_at = serializers.DateTimeField()


class ItemRequestShape(serializers.Serializer[Any]):
    """An item that you asked for, and what was answered; once ``opened`` it stands in ``items``."""

    item = serializers.ChoiceField(ITEM_CHOICES)
    reason = serializers.ChoiceField(ItemReason.choices)
    state = serializers.ChoiceField(ItemState.choices)
    refusal = serializers.ChoiceField(ItemRefusal.choices, allow_blank=True)
    asked_at = serializers.DateTimeField()


class Whole(Line):
    """One referral: T0 in ``preview``, T1 in ``contact``, T2 in ``need``, T3 in ``items``; null is not open to you."""

    preview = serializers.DictField(allow_null=True)
    contact = serializers.DictField(allow_null=True)
    need = serializers.DictField(allow_null=True)
    items = serializers.DictField(allow_null=True)
    consent = ConsentShape(allow_null=True)
    appointment = AppointmentShape(allow_null=True)
    item_requests = ItemRequestShape(many=True)
    due = serializers.DictField(child=serializers.DateTimeField(), help_text="Your running waits, by code.")
    messages = MessageShape(many=True)
    corrections = CorrectionShape(many=True)


class Problem(serializers.Serializer[Any]):
    """RFC 9457. ``state``, ``reference`` and ``available_actions`` come with 409, 410 and 412 of your own referrals."""

    type = serializers.CharField()
    title = serializers.CharField(help_text="In the language of Accept-Language.")
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable. Begins with whose fault it is: sender, receiver, consent, state.")
    detail = serializers.CharField(required=False)
    field = serializers.CharField(required=False)
    errors = serializers.DictField(required=False, help_text="By field: message and code.")  # type: ignore[assignment]
    reference = serializers.CharField(required=False)
    state = serializers.ChoiceField(Status.choices, required=False)
    available_actions = serializers.ListField(child=serializers.CharField(), required=False)


class TokenRequest(serializers.Serializer[Any]):
    """RFC 6749 §4.4. A signed assertion (RFC 7523 §2.2), or id and secret, here or by HTTP Basic; never in the address."""

    grant_type = serializers.ChoiceField(["client_credentials"])
    scope = serializers.CharField(required=False, help_text="Separated by spaces; all of them if left out.")
    client_id = serializers.CharField(required=False)
    client_secret = serializers.CharField(required=False)
    client_assertion_type = serializers.ChoiceField(
        ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"], required=False
    )
    client_assertion = serializers.CharField(
        required=False,
        help_text="A JWT signed with your key: iss and sub are your client id, aud is this address, exp is at most"
        " 5 minutes ahead, jti is new each time. ES256, EdDSA or RS256, as your key says.",
    )


class Token(serializers.Serializer[Any]):
    """A bearer token."""

    access_token = serializers.CharField()
    expires_in = serializers.IntegerField()
    token_type = serializers.CharField()
    scope = serializers.CharField()


class TokenError(serializers.Serializer[Any]):
    """RFC 6749 §5.2."""

    error = serializers.CharField()
    error_description = serializers.CharField(required=False)
