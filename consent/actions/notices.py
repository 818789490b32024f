"""Writing and publishing what is said to people: always two persons (HS-20; domain.md §4.3)."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from consent.models import NoticeProposal, NoticeVersion
from consent.pictures import LIMITS, TEXT
from consent.states import PROPOSAL
from consent.vocabulary import Channel
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused, WrongState

Texts = dict[str, dict[str, list[str]]]


@transaction.atomic
def propose_notice(texts: Texts, *, by: User) -> NoticeProposal:
    """Write the next version: every language of the interface, every channel. It waits for a second person."""
    policy.require(by, "propose", NoticeProposal(written_by=by))
    _check(texts)
    if NoticeProposal.objects.waiting().exists():
        raise WrongState(
            "notice.waits_already", _("A new text waits for a second person already. Decide on that first.")
        )
    made = NoticeProposal(texts=texts, written_by=by)
    made.save(force_insert=True)
    trail.record("notice.proposed", subject=made.pk, languages=sorted(texts))
    return made


def _check(texts: Texts) -> None:
    for code, _name in settings.LANGUAGES:
        for channel in Channel.values:
            parts = texts.get(code, {}).get(channel, [])
            if len(parts) != 2 or not all(part.strip() for part in parts):
                raise Refused("notice.text_missing", _("A text is missing."), f"{code}-{channel}-text")
        _check_pictures(code, *texts[code][Channel.PICTURES])


def _check_pictures(code: str, text: str, limits: str) -> None:
    for name, given, wanted in (("text", text, TEXT), ("limits", limits, LIMITS)):
        n = len([line for line in given.splitlines() if line.strip()])
        if n != len(wanted):
            words = _("There are %(n)d pictures: write one line for each, in their order.") % {"n": len(wanted)}
            raise Refused("notice.lines", words, f"{code}-{Channel.PICTURES}-{name}")


def _locked(proposal: NoticeProposal, verb: str, by: User) -> NoticeProposal:
    locked: NoticeProposal = NoticeProposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    target = PROPOSAL.check(verb, locked.state).target
    if verb == "publish" and by.pk == locked.written_by_id:
        raise Refused("notice.same_person", _("Another person must publish this, not the one who wrote it."))
    policy.require(by, verb, locked)
    locked.state, locked.decided_by, locked.decided_at = str(target), by, timezone.now()
    return locked


@transaction.atomic
def publish_notice(proposal: NoticeProposal, *, by: User) -> int:
    """The second person publishes it: from now on it is what is said. Returns the number of the version."""
    locked = _locked(proposal, "publish", by)
    version: int = (NoticeVersion.objects.aggregate(newest=Max("version"))["newest"] or 0) + 1
    locked.version = version
    locked.save(update_fields=["state", "decided_by", "decided_at", "version"])
    shared: dict[str, Any] = {"version": version, "written_by_id": locked.written_by_id, "published_by": by}
    for language, channels in locked.texts.items():
        for channel, (text, limits) in channels.items():
            NoticeVersion(language=language, channel=channel, text=text, limits=limits, **shared).save(
                force_insert=True
            )
    trail.record("notice.published", subject=locked.pk, version=version)
    return version


@transaction.atomic
def take_back_notice(proposal: NoticeProposal, *, by: User) -> NoticeProposal:
    """It is not published; what is said stays as it was."""
    locked = _locked(proposal, "take_back", by)
    locked.save(update_fields=["state", "decided_by", "decided_at"])
    trail.record("notice.taken_back", subject=locked.pk)
    return locked
