"""The preconditions P1–P16 (domain.md §2.2): what each asks, what it blocks, who can mend it, what counts as evidence."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Role
from foundation.readiness.elements import ALL, Element

YEAR = 365
NONE: frozenset[Element] = frozenset()


class Kind(StrEnum):
    """What shows that an item is met."""

    RECORD = "record"
    """Somebody writes down the evidence, and another person approves it."""
    FACT = "fact"
    """It is worked out from what the system knows; nobody can claim it."""
    BOTH = "both"
    """Both are needed."""


@dataclass(frozen=True)
class Item:
    """One precondition. ``days`` is the longest time for which evidence counts."""

    code: str
    title: str | Promise
    asks: str | Promise
    blocks: frozenset[Element] = NONE
    warns: frozenset[Element] = NONE
    menders: tuple[Role, ...] = (Role.MANAGER,)
    kind: Kind = Kind.RECORD
    days: int = YEAR
    is_for_children: bool = False

    @property
    def touches(self) -> frozenset[Element]:
        """The elements that it blocks or warns of."""
        return self.blocks | self.warns


def _of(*elements: Element) -> frozenset[Element]:
    return frozenset(elements)


_A, _B, _C, _D = Element.ESCALATE, Element.REFER, Element.ASSIST, Element.REPRESENT
_LEADS = (Role.FOCAL_POINT, Role.DEPUTY, Role.MANAGER)

ITEMS: dict[str, Item] = {
    item.code: item
    for item in (
        Item(
            "P1", _("Leadership decision"),
            _("The leadership has decided to apply the Minimum Protection Approach and has named the manager who answers for "
              "it. Name the document and its date."),
            ALL,
        ),
        Item(
            "P2", _("Focal point and deputy"),
            _("A protection focal point and a deputy are appointed, in date, and reachable out of hours by a duty phone."),
            ALL, menders=(Role.MANAGER, Role.ADMINISTRATOR), kind=Kind.FACT,
        ),
        Item(
            "P3", _("Frontline trained to refer safely"),
            _("Staff and volunteers at the front line are trained to recognise and refer safely: psychological first aid, "
              "confidentiality, what to do and what not."),
            warns=_of(_A), kind=Kind.FACT,
        ),
        Item(
            "P4", _("Code of conduct accepted"),
            _("Everybody here has accepted the code of conduct and the rules on safeguarding. Who has not cannot work on "
              "anything."),
            warns=ALL, kind=Kind.FACT,
        ),
        Item(
            "P5", _("Written procedures"),
            _("There are standard operating procedures for concerns, consent, referral, emergencies and mandatory reporting. "
              "Name the version."),
            ALL,
        ),
        Item(
            "P6", _("Referral pathway mapped"),
            _("A pathway of the area is published and in date, and each service on it was verified within 90 days."),
            _of(_B), menders=(Role.DIRECTORY_EDITOR, Role.MANAGER), days=90,
        ),
        Item(
            "P7", _("Partners vetted"),
            _("Partners were checked and have a data-sharing agreement in force. A partner without one receives nothing."),
            warns=_of(_B), menders=(Role.MANAGER, Role.DATA_OFFICER),
        ),
        Item(
            "P8", _("Data protection"),
            _("An impact assessment is approved, a data-protection officer is named, and it is set how long records are kept. "
              "Name the schedule."),
            ALL, menders=(Role.DATA_OFFICER, Role.MANAGER), kind=Kind.BOTH,
        ),
        Item(
            "P9", _("A safe place to talk"),
            _("There is a private and safe place to talk, reachable for everybody, and interpreters, women and men."),
            warns=ALL, menders=_LEADS,
        ),
        Item(
            "P10", _("Own services and funds"),
            _("It is written down what this unit can give itself, who may give it, and from which funds."),
            _of(_C), menders=_LEADS,
        ),
        Item(
            "P11", _("Plan for dialogue with authorities"),
            _("There is a plan for dialogue with authorities: trained people, the legal basis, and coordination with the ICRC "
              "and the Federation."),
            _of(_D), menders=(Role.DIALOGUE, Role.MANAGER),
        ),
        Item(
            "P12", _("Procedure for imminent danger"),
            _("There is a procedure for imminent danger with numbers that answer day and night, called to test them within "
              "30 days."),
            warns=ALL, menders=_LEADS, days=30,
        ),
        Item(
            "P13", _("Supervision and staff care"),
            _("It is set how often cases are talked through with a supervisor, and how staff and volunteers are cared for."),
            warns=ALL,
        ),
        Item(
            "P14", _("Channel for complaints"),
            _("People know where they can complain and say what they think of us."),
            warns=ALL, menders=_LEADS,
        ),
        Item(
            "P15", _("Resources"),
            _("It is known how much working time and money there is, and how many cases one person may have at most."),
            warns=ALL,
        ),
        Item(
            "P16", _("National law reviewed"),
            _("National law was reviewed within twelve months: mandatory reporting, age of consent, guardianship, data "
              "protection."),
            ALL, menders=(Role.MANAGER, Role.DATA_OFFICER), is_for_children=True,
        ),
    )
}  # fmt: skip
RECORDED = tuple(item.code for item in ITEMS.values() if item.kind is not Kind.FACT)
"""What somebody fills in."""
