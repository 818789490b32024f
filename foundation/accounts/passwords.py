"""What a password may not be made of: what everybody who attacks this house tries first (docs/how-to/sign-in.md)."""

from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from foundation.accounts.models import Organisation, Unit

WORDS = (
    "amparo",
    "protection",
    "redcross",
    "redcrescent",
    "crescent",
    "volunteer",
    "focalpoint",
    "защита",
    "координатор",
    "حماية",
)
SHORTEST = 5
AROUND = "0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ "


class NoCommonCore(CommonPasswordValidator):
    """Refuses one of the 20,000 most common passwords, also when it was only made longer by digits and signs around it.

    Few of that list have twelve signs; "iloveyou" with a year behind it is what people choose instead.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """``ValidationError`` as Django words it."""
        plain = password.casefold().strip()
        for candidate in {plain, plain.strip(AROUND), _plain(plain), _plain(plain.strip(AROUND))}:
            super().validate(candidate, user)


class NoWordOfTheHouse:
    """A validator of Django: refuses a password that holds such a word, or the name of an organisation or a unit."""

    def validate(self, password: str, user: Any = None) -> None:
        """``ValidationError`` naming no word: the page may be read by somebody else."""
        plain = _plain(password)
        if any(word in plain for word in _words()):
            raise ValidationError(_("The password holds a name or a word of this organisation."), code="password_house")

    def get_help_text(self) -> str:
        """For the page."""
        return str(_("No name or word of this organisation."))


def _words() -> set[str]:
    names = [*Organisation.objects.values_list("name", flat=True), *Unit.objects.values_list("name", flat=True)]
    parts = {_plain(part) for name in names for part in (name, *name.split())}
    return {*WORDS, *(part for part in parts if len(part) >= SHORTEST)}


def _plain(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
