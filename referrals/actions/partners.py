"""What must be true before a partner’s programs are told anything: an impact assessment and an agreement (HS-25)."""

from django.utils.translation import gettext as _

from consent import actions as consent
from consent.terms import AssessmentSubject
from foundation.accounts.models import Organisation
from foundation.core.errors import Refused
from foundation.core.words import isolated
from referrals.models import Partner


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
