"""Pathways, made by the real actions."""

from typing import Any

from referrals.actions import pathways
from referrals.models import Pathway
from tests import factories
from tests.referrals.registering import as_

NEED = "detention_or_arrest"


def begun(house: factories.House, who: str = "directory_editor", unit: str = "coast", **more: Any) -> Pathway:
    """A version that is being written, without a step."""
    return as_(house, who, pathways.begin, house.units[unit], more.pop("need", NEED), **more)


def step(house: factories.House, kind: str = "legal_assistance", first: str = "", **more: Any) -> pathways.Step:
    """A step."""
    if more.get("otherwise"):
        more["otherwise"] = house.services[more["otherwise"]]
    return pathways.Step(kind, first=house.services.get(first), **more)


def drawn(house: factories.House, **more: Any) -> Pathway:
    """One with a step that is being written."""
    made = begun(house, **more)
    said = step(house, first="Papers and status service", otherwise="Advice before a removal", within=72)
    as_(house, "directory_editor", pathways.put_step, made, said)
    return made


def handed_in(house: factories.House, **more: Any) -> Pathway:
    """One that waits for a second person."""
    return as_(house, "directory_editor", pathways.submit, drawn(house, **more))


def published(house: factories.House, **more: Any) -> Pathway:
    """One that is shown."""
    return as_(house, "manager", pathways.publish, handed_in(house, **more))
