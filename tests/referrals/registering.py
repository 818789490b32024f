"""Partners and entries of the directory, made by the real actions."""

from typing import Any

from django.utils import timezone

from foundation.core.acting import acting
from referrals import demo
from referrals.actions import directory, register
from referrals.models import Partner, Service
from tests import factories


def as_(house: factories.House, who: str, action: Any, *args: Any, **more: Any) -> Any:
    """Carry out an action as one of the people."""
    by = house.people[who]
    with acting(by.pk):
        return action(*args, by=by, **more)


def proposed(house: factories.House, name: str = "Harbour Clinic") -> Partner:
    """An organisation that was entered and nothing more."""
    return as_(house, "directory_editor", register.propose, name, "0800 555 077")


def answered(house: factories.House, partner: Partner, **changed: str) -> Any:
    """The checklist, answered by the editor; it waits for another person."""
    said = register.Answers({**demo.VETTED, **changed})
    return as_(house, "directory_editor", register.answer_vetting, partner, said)


def entry(house: factories.House, partner: Partner, **more: Any) -> Service:
    """An entry that the editor wrote today."""
    said = {
        "name": "Day clinic", "service_type": "health_medical", "area": "Harbour", "needs": ["alias", "safe_contact"],
        **more,
    }  # fmt: skip
    return as_(house, "directory_editor", directory.add, partner, said)


def until(days: int = 200) -> Any:
    """A day ahead."""
    return timezone.localdate() + timezone.timedelta(days=days)


def suspended(house: factories.House, name: str = "Quayside Legal Clinic", reason: str = "data_incident") -> Partner:
    """One of the partners of the demonstration, suspended by the manager."""
    partner = Partner.objects.get(organisation__name=name)
    return as_(house, "manager", register.suspend, partner, reason)
