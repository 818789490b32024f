"""What the domain says when it refuses. Pages, API and tasks give the same code and the same words."""

from typing import ClassVar
from uuid import UUID


class DomainError(Exception):
    """A refusal with a stable ``code``, a sentence in the user's language and, where it fits, the ``field``.

    Never carries personal data and never reveals a record that the actor may not see.
    """

    status: ClassVar[int] = 422

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(code)
        self.code, self.message, self.field = code, str(message), field


class Unreadable(Exception):
    """What is stored cannot be opened: a key is missing or wrong, or bytes are not in the place where they were sealed.

    Nothing was opened and nothing is changed. A reader gets a page that says whom to tell; the data-protection officer
    is told (``foundation.custody.middleware``). ``place`` is (table, field, row) where it is known.
    """

    place: tuple[str, str, UUID] | None = None


class Absent(DomainError):
    """Not there, or not for this actor: the two are the same answer (404)."""

    status = 404


class Forbidden(DomainError):
    """The record may be seen, the verb is not this seat's to do (403)."""

    status = 403


class WrongState(DomainError):
    """The record has moved on; the move is not allowed from where it is (409)."""

    status = 409


class Gone(DomainError):
    """It was there for this recipient and no longer is: withdrawn, recalled, expired (410)."""

    status = 410


class Refused(DomainError):
    """A hard stop of the approach, such as a disclosure without a decision that covers it (422)."""


class Stale(DomainError):
    """The caller's copy is older than the record (412)."""

    status = 412
