"""The gates in front of the four elements: closed while a blocking item is missing; the emergency door is never one (HS-09).

Each app asks at its own door: ``require(unit, element)`` before a concern with the person's details is escalated (a), a
referral prepared or sent (b), assistance given (c), a representation made (d).
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts.models import Role, Unit
from foundation.core.errors import Refused
from foundation.readiness.elements import Element
from foundation.readiness.items import ITEMS, Item
from foundation.readiness.standing import of_item, read


@dataclass(frozen=True)
class Gap:
    """What is missing: the item's code, in plain words what and who can mend it, and the page where."""

    code: str
    what: str
    who: str
    url: str


IsChild = bool | Callable[[], bool]
"""Whether the person is a child; a function is asked only when an item for children is lacking."""


def missing(unit: Unit, element: str, *, is_child: IsChild = False) -> list[Gap]:
    """The items that keep this element shut in this unit; none when the gate is open."""
    gaps = _gaps(unit, [item for item in ITEMS.values() if element in item.blocks])
    if any(ITEMS[gap.code].is_for_children for gap in gaps) and not (is_child() if callable(is_child) else is_child):
        return [gap for gap in gaps if not ITEMS[gap.code].is_for_children]
    return gaps


def warnings(unit: Unit, element: str) -> list[Gap]:
    """The items that are missing and shut nothing."""
    return _gaps(unit, [item for item in ITEMS.values() if element in item.warns])


def require(unit: Unit, element: str, *, is_child: IsChild = False) -> None:
    """Raise ``Refused`` that says what is missing and who can mend it, unless the unit is ready (HS-09)."""
    gaps = missing(unit, element, is_child=is_child)
    if gaps:
        raise Refused("readiness.missing", sentence(element, gaps))


def sentence(element: str, gaps: list[Gap]) -> str:
    """What a closed gate says."""
    lines = "; ".join(f"{gap.code}: {gap.what} ({gap.who})" for gap in gaps)
    return _(
        "This unit is not ready for “%(element)s”. Missing, and who can mend it: %(lines)s. In immediate danger hand over "
        "as an emergency, or give a contact: that is always possible."
    ) % {"element": Element(element).label, "lines": lines}


def menders(item: Item) -> str:
    """Who can mend it, in words."""
    return ", ".join(str(Role(role).label) for role in item.menders)


def _gaps(unit: Unit, items: list[Item]) -> list[Gap]:
    answers = read(unit)
    found = [of_item(item, unit, answers) for item in items]
    return [
        Gap(one.item.code, f"{one.item.title}: {one.text}", menders(one.item), one.url or _page(unit, one.item.code))
        for one in found
        if not one.is_met
    ]


def _page(unit: Unit, code: str) -> str:
    return f"{reverse('readiness:unit', args=[unit.pk])}#{code}"
