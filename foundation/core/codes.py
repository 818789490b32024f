"""References that people read out, write down and type: random, so that none says how many there are or who came next.

The alphabet has 29 signs, digits and consonants: no vowels (no words by chance), no I, L, O, U, no Y. Typed O counts as
0, typed I and L as 1. 29 is a prime, so that one check sign finds every single wrong sign and every two that changed
places. Six random signs are 594,823,321 codes: an even chance of a first clash at 28,700 codes, and one in 5,900 that
the next clashes when there are 100,000. So the column is unique, and the caller tries again. A code is a name and never
a key: who may see the record is asked each time.
"""

import itertools
import secrets
import unicodedata

ALPHABET = "0123456789BCDFGHJKMNPQRSTVWXZ"
"""The 29 signs, each worth its place."""

_GROUP = 3
_MOST_TYPED = 64
_ALIKE = str.maketrans("OILОВСНКМРТХЅЈ", "0110BCHKMPTXSJ")
_IGNORED = frozenset({"Cf", "Cc", "Pd", "Zs", "Zl", "Zp"})


def _check(signs: str) -> str:
    """Give the sign that brings the weighted sum of all to zero modulo 29; weights 1, 2, 3 … from the right."""
    weighted = sum(place * ALPHABET.index(sign) for place, sign in enumerate(reversed(signs), start=2))
    return ALPHABET[-weighted % len(ALPHABET)]


def new_code(groups: tuple[int, ...] = (3, 3), *, check: bool = False) -> str:
    """Make a random code in hyphenated groups, such as K7F-2QX; with ``check`` one sign more, such as R8Q-K47-C.

    ``groups`` are lengths, together 1 to 27. Drawn from the operating system, 4.86 bits a sign.
    """
    signs = "".join(secrets.choice(ALPHABET) for _ in range(sum(groups)))
    ends = [sum(groups[:place]) for place in range(len(groups) + 1)]
    parts = [signs[start:end] for start, end in itertools.pairwise(ends)]
    return "-".join([*parts, _check(signs)] if check else parts)


def _sign(typed: str) -> str:
    if unicodedata.category(typed) in _IGNORED:
        return ""
    return str(unicodedata.digit(typed)) if typed.isdigit() else typed


def normalise(text: str) -> str:
    """Give a typed or pasted code as it is stored: capitals, groups of three, O as 0, I and L as 1.

    Spaces, dashes and invisible marks fall away; Cyrillic look-alikes and digits of other scripts are read as meant.
    Whatever else was typed stays, so that it is not valid.
    """
    plain = unicodedata.normalize("NFKC", text[:_MOST_TYPED]).upper()
    signs = "".join(map(_sign, plain)).translate(_ALIKE)
    return "-".join(signs[start : start + _GROUP] for start in range(0, len(signs), _GROUP))


def is_valid(text: str, *, length: int = 6, check: bool = False) -> bool:
    """Tell whether a typed code can be one: ``length`` random signs and, with ``check``, a check sign that fits.

    Says nothing on whether the record exists: answer "not found" to both.
    """
    signs = normalise(text).replace("-", "")
    if len(signs) != length + check or not set(signs) <= set(ALPHABET):
        return False
    return not check or _check(signs[:-1]) == signs[-1]
