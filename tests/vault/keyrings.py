"""Keyrings and organisations for tests."""

from uuid import UUID


def os_uuid(number: int) -> UUID:
    """An organisation that is none of the demonstration's."""
    return UUID(int=number)
