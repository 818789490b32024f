"""Whether somebody could be recognised in a text: what a machine finds, before a person confirms (HS-15; W-05).

It finds numbers, addresses, days, codes and names that are known; of other names it can only ask. It reads no meaning: that
nobody is recognised is for a person to say.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.core.errors import Refused

MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b"
    r"|(?:январ|феврал|март|апрел|ма[яй]|июн|июл|август|сентябр|октябр|ноябр|декабр|"
    r"січ|лют|берез|квіт|трав|черв|лип|серп|верес|жовт|листоп|груд|"
    r"يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر)\w*"
)
LEAST = 3


class Trace(models.TextChoices):
    """What may lead to somebody."""

    PHONE = "phone", gettext_lazy("a number, such as a telephone or a paper has")
    MAIL = "mail", gettext_lazy("an address for messages")
    DAY = "day", gettext_lazy("a day (say the month)")
    CODE = "code", gettext_lazy("a code of a case")
    KNOWN = "known", gettext_lazy("a name that is in the record")
    PLACE = "place", gettext_lazy("an exact place (say the region)")
    NAME = "name", gettext_lazy("what looks like a name")


PATTERNS: dict[Trace, re.Pattern[str]] = {
    Trace.MAIL: re.compile(r"[^\s@]+@[^\s@]+\.\w{2,}|(?<!\w)@\w{3,}|https?://\S+"),
    Trace.DAY: re.compile(
        r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b"
        rf"|\b\d{{1,2}}(?:-?(?:st|nd|rd|th|го))?\s+(?:of\s+)?(?:{MONTHS})"
        rf"|\b(?:{MONTHS})\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?!\d)",
        re.IGNORECASE,
    ),
    Trace.CODE: re.compile(r"\b(?=[A-Z0-9]*\d)[A-Z0-9]{3}-[A-Z0-9]{3}(?:-[A-Z0-9])?\b"),
    Trace.PHONE: re.compile(r"(?:\+|\b)\d[\d\s().\-/]{5,}\d\b"),
    Trace.PLACE: re.compile(
        r"\b(?:\d+\w?\s+\w+\s+(?:street|road|avenue|lane)|(?:street|road|avenue|house|flat|apartment|room|cell)\s+(?:no\.?\s*)?\d+"
        r"|(?:ул\.|улиц\w+|пр\.|проспект\w*|пер\.|переул\w+|вул\.)\s*\w+|(?:дом|д\.|кв\.|квартир\w+|камер\w+|будинок)\s*№?\s*\d+"
        r"|شارع\s+\w+)",
        re.IGNORECASE,
    ),
}
NAME = re.compile(r"(?<![.!?…]\s)(?<!^)\b[^\W\d_a-zа-яё][\w'’]+(?:[\s-]+[^\W\d_a-zа-яё][\w'’]+)+")
YEARS = re.compile(r"^\(?(?:19|20)\d\d\)?\s*[-–/]\s*\(?(?:19|20)\d\d\)?$")


@dataclass(frozen=True)
class Found:
    """One trace: what kind, and the words."""

    trace: Trace
    words: str

    @property
    def is_sure(self) -> bool:
        """Whether it must go; what only looks like a name is for a person to judge."""
        return self.trace != Trace.NAME


def plain(text: str) -> str:
    """The same with European digits, and without signs that are not seen."""
    signs = (str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)
    return "".join(sign for sign in signs if unicodedata.category(sign) != "Cf")


def scan(text: str, known: Iterable[str | None] = (), places: Iterable[str] = ()) -> list[Found]:
    """What in this text may lead to somebody. ``known``: names of the record; ``places``: finer than a region."""
    said = plain(text)
    found = [Found(trace, hit) for trace, pattern in PATTERNS.items() for hit in _hits(pattern, said, trace)]
    found += [Found(Trace.KNOWN, word) for word in _words(known) if _stands(word, said)]
    found += [Found(Trace.PLACE, place) for place in places if place and _stands(place, said)]
    taken = " ".join(one.words for one in found)
    found += [Found(Trace.NAME, hit) for hit in _hits(NAME, said, Trace.NAME) if hit not in taken]
    return list(dict.fromkeys(found))


def _hits(pattern: re.Pattern[str], text: str, trace: Trace) -> list[str]:
    hits = [match.group(0).strip() for match in pattern.finditer(text)]
    if trace != Trace.PHONE:
        return hits
    days = PATTERNS[Trace.DAY]
    return [h for h in hits if sum(map(str.isdigit, h)) >= 7 and not YEARS.match(h) and not days.fullmatch(h)]


def _words(known: Iterable[str | None]) -> list[str]:
    words = [word for name in known if name for word in re.split(r"[\s,;]+", plain(name)) if len(word) >= LEAST]
    return list(dict.fromkeys(words))


def _stands(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None


def listed(found: Sequence[Found]) -> str:
    """What was found, for the page of who wrote it."""
    return "; ".join(f"“{one.words}” ({one.trace.label})" for one in found)


def require_nobody(text: str, field: str, *, known: Iterable[str | None] = (), places: Iterable[str] = ()) -> None:
    """Refuse a text in which somebody could be recognised for sure (HS-15)."""
    sure = [one for one in scan(text, known, places) if one.is_sure]
    if sure:
        raise Refused(
            "nobody.recognised",
            _("Somebody could be recognised by this. Take it out: %(what)s.") % {"what": listed(sure)},
            field,
        )


def require_confirmed(text: str, is_confirmed: bool, field: str = "is_confirmed") -> None:
    """A person says that nobody can be recognised; what looks like a name is shown to them first."""
    doubtful = [one for one in scan(text) if not one.is_sure]
    if is_confirmed:
        return
    if doubtful:
        raise Refused(
            "nobody.unconfirmed",
            _("Look at this, and confirm that nobody can be recognised: %(what)s.") % {"what": listed(doubtful)},
            field,
        )
    raise Refused("nobody.unconfirmed", _("Confirm that nobody can be recognised in it."), field)
