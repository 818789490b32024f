"""Giving a partner’s programs a way in: never before an impact assessment and an agreement (HS-25)."""

import secrets
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _
from oauth2_provider.models import get_application_model

from consent import actions as consent
from consent.terms import AssessmentSubject
from foundation.accounts import actions as accounts
from foundation.accounts.models import Organisation, Role, Unit, User
from foundation.audit import trail
from foundation.core.errors import Refused
from foundation.core.words import isolated
from referrals.models import Partner


class Way(NamedTuple):
    """What a partner's program signs in with; the secret is shown once and stands nowhere else."""

    machine: User
    client_id: str
    secret: str


def named(wanted: str) -> Partner:
    """The partner of this name or id, for commands; else ``Refused``."""
    rows = Partner.objects.select_related("organisation")
    found = [p for p in rows if wanted.casefold() in (p.organisation.name.casefold(), str(p.pk))]
    if len(found) != 1:
        raise Refused("partner.unknown", _("There is no partner of this name."))
    return found[0]


def require_api(organisation: Organisation) -> None:
    """Raise ``Refused`` unless the partner's programs may be told anything: assessed, active, with an agreement (HS-25)."""
    consent.require_assessment(AssessmentSubject.PARTNER_API, organisation)
    partner = Partner.objects.select_related("organisation").filter(pk=organisation.pk).first()
    if partner is None or not partner.may_receive:
        raise Refused(
            "partner.agreement",
            _("%(whom)s is not an active partner with an agreement in force.") % {"whom": isolated(organisation.name)},
        )


@transaction.atomic
def add_client(unit: Unit) -> Way:
    """A way into the interface for a partner's program, on a seat of its unit."""
    require_api(unit.organisation)
    machine = User.objects.create_user(
        f"api-{secrets.token_hex(8)}@amparo.invalid", unit.organisation.name, is_machine=True
    )
    seat = accounts.seat_of(unit, Role.PARTNER_WORKER)
    accounts.confirm(accounts.propose(machine, seat, by=None), by=None)
    secret = secrets.token_urlsafe(32)
    model: Any = get_application_model()
    application = model.objects.create(
        name=unit.organisation.name,
        user=machine,
        client_type="confidential",
        authorization_grant_type="client-credentials",
        client_secret=secret,
    )
    trail.record("partner.client_added", subject=unit.organisation_id, user=machine.pk)
    return Way(machine, application.client_id, secret)
