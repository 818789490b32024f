"""The directory as staff read it: which services may be asked, and why another may not (HS-10)."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from cases.models import Case
from consent.models import Decision, ExceptionalDisclosure
from consent.vocabulary import Answer, Purpose
from foundation.accounts.models import Organisation
from foundation.core.words import inside
from referrals.listing import ServiceStatus
from referrals.models import Service
from referrals.saving_terms import TOLD
from referrals.states import tiers_open
from referrals.vocabulary import FIELDS, Status
from referrals.words import labels

MAY_HOLD = ("district", "age_band", "gender", "languages", "interpreter", "access")


@dataclass(frozen=True)
class Entry:
    """A service, why it cannot be asked (empty if it can), what the person decided; whether a life may be saved there."""

    service: Service
    why_not: str
    decision: Decision | None = None
    exception: ExceptionalDisclosure | None = None
    may_save: bool = False

    @property
    def fields(self) -> list[str]:
        """What it may be told: by the person's word, else by what two people signed."""
        grounds = [ground for ground in (self.decision, self.exception) if ground and ground.is_active()]
        return grounds[0].fields if grounds else []

    @property
    def told(self) -> list[str]:
        """What of it goes the way that is open: all of it, or the least."""
        return [code for code in self.fields if code in TOLD or not self.may_save]

    @property
    def may_write(self) -> bool:
        """Whether a referral can be prepared: somebody agreed, and a way is open."""
        return bool(self.fields) and (self.may_save or not self.why_not)

    @property
    def state(self) -> str:
        """Where the person stands: open, agreed, refused or ended; ``excepted`` where two people signed without consent."""
        said = self._said()
        return "excepted" if self.exception is not None and said != "agreed" else said

    def _said(self) -> str:
        if self.decision is None or self.decision.answer == Answer.NOT_ASKED:
            return "open"
        if self.decision.answer == Answer.REFUSED:
            return "refused"
        return "agreed" if self.decision.is_active() else "ended"


def why_not(service: Service) -> str:
    """The reason for which nothing may be sent there, or nothing (HS-10)."""
    if not service.partner.may_receive:
        return _("There is no agreement in force with this organisation.")
    if not service.is_active:
        return _("This service is closed.")
    return "" if service.is_fresh else _("Nobody has checked this entry for half a year. Ask for it to be checked.")


def decisions_on_services(case: Case) -> dict[UUID, Decision]:
    """The latest decision of the person on each service."""
    rows = Decision.objects.filter(person=case.person_id, purpose=Purpose.EXTERNAL_REFERRAL, superseded_at=None)
    return {decision.recipient_id: decision for decision in rows.order_by("valid_from")}


def exceptions_for_services(case: Case) -> dict[UUID, ExceptionalDisclosure]:
    """What is in effect without consent, for each service (domain.md §5.7)."""
    rows = ExceptionalDisclosure.objects.active().filter(person=case.person_id, purpose=Purpose.EXTERNAL_REFERRAL)
    return {row.recipient_id: row for row in rows.order_by("valid_until")}


def may_hold(service: Service) -> dict[str, str]:
    """What the person may keep back although the service asks for it: code → label, in tier order."""
    return {c: str(FIELDS[c][1]) for c in service.offered_fields if FIELDS[c][0] > 0 or c in MAY_HOLD}


def told(service: Service, urgency: str) -> str:
    """What the service would be told, in the order in which it opens; an emergency opens the contact at once."""
    now = tiers_open(Status.SENT, urgency)
    at_once = [code for code in service.offered_fields if 0 < FIELDS[code][0] <= now]
    later = [code for code in service.offered_fields if FIELDS[code][0] > now]
    words = [_("At once: what is needed to decide, without a name.")]
    if at_once:
        words = [
            _("At once, as this is an emergency: what is needed to decide, %(fields)s.") % {"fields": small(at_once)}
        ]
    if later:
        words.append(_("After they accept: %(fields)s.") % {"fields": small(later)})
    return " ".join(words)


def small(codes: list[str]) -> str:
    """Names of fields in the middle of a sentence."""
    return inside(labels(codes))


def receiving(_organisation: Organisation) -> list[str]:
    """The partners that may receive referrals now, with their services: for the register of processing activities."""
    services: dict[str, list[str]] = {}
    rows = Service.objects.filter(status=ServiceStatus.ACTIVE).select_related("partner__organisation")
    for service in rows.order_by("partner__organisation__name", "name"):
        if service.partner.may_receive:
            services.setdefault(service.partner.organisation.name, []).append(service.name)
    return [f"{name}: {', '.join(offered)}" for name, offered in services.items()]
