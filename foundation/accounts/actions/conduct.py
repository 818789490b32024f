"""The code of conduct: publishing a version, accepting it (P4)."""

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from foundation.accounts.models import ConductAcceptance, ConductVersion, User
from foundation.audit import trail
from foundation.core.errors import Refused


@transaction.atomic
def publish_conduct(texts: dict[str, str], *, by: User | None) -> int:
    """Publish the next version, in every language of the interface; everybody is asked again. Returns its number."""
    missing = [code for code, _name in settings.LANGUAGES if not texts.get(code, "").strip()]
    if missing:
        raise Refused("conduct.language_missing", _("A text is missing in: %(languages)s.") % {"languages": missing})
    version: int = (ConductVersion.objects.aggregate(newest=Max("version"))["newest"] or 0) + 1
    for language, text in texts.items():
        ConductVersion.objects.create(version=version, language=language, text=text.strip())
    trail.record("conduct.published", version=version)
    return version


@transaction.atomic
def accept_conduct(version: ConductVersion, *, by: User) -> ConductAcceptance:
    """Accept the version in force, as it was read; accepting it twice is accepting it once."""
    newest = ConductVersion.current(version.language)
    if newest is None or newest.version != version.version:
        raise Refused("conduct.replaced", _("There is a newer text now. Please read it."), "accept")
    defaults = {"language": version.language}
    made, is_new = ConductAcceptance.objects.get_or_create(user=by, version=version.version, defaults=defaults)
    if is_new:
        trail.record("conduct.accepted", version=version.version, language=version.language)
    return made
