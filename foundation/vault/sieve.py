"""The sieve of a search: a pattern over classes that lets every variant of a word pass and refuses nearly all else.

A pattern is a run of sets of classes with slack between them. Neighbouring sets are disjoint, which lets every
quantifier be possessive: one attempt is linear in the name, so that no name and no query makes it slow. Python keeps
compiled patterns in a cache of its own (up to 512): what stays there is consonant classes, never a typed word.
"""

import re
from dataclasses import dataclass, field

from foundation.vault.scripts import CLASSES

_FILL = frozenset("aeiouhw")
_NEEDED = {
    **dict.fromkeys("bp", "P"),
    **dict.fromkeys("td", "TQ"),
    **dict.fromkeys("sz", "SCQXJ"),
    **dict.fromkeys("QDZ", "TSQCXJ"),
    **dict(zip("SCJkflmnr", ("SCXQJ", "CSTJXQ", "JSGTCQX", "KCGX", "FP", "L", "M", "N", "R"), strict=True)),
}
"""Sound → the classes of which a variant must have one."""

_ALLOWED = {"X": "KGCX", "g": "GKJC", "h": "GK", "v": "F", "w": "F", "W": "F", "y": "J", "Y": "J", "I": "J"}
"""Sound → classes that a variant may have: it may also lose the sound, or turn it into a vowel."""

OPEN_FROM = 5
"""From so many sounds on, a word also finds names that go on after it: Олекс, Oleksandr."""


@dataclass(slots=True)
class _Step:
    needed: set[str] = field(default_factory=set)
    slack: set[str] = field(default_factory=set)

    def holds(self, classes: set[str]) -> bool:
        return not classes.isdisjoint(self.needed | self.slack)

    def pattern(self) -> str:
        slack = f"[{''.join(sorted(self.needed | self.slack | _FILL))}]*+"
        return f"[{''.join(sorted(self.needed))}]{slack}" if self.needed else slack


def _require(steps: list[_Step], classes: set[str]) -> None:
    """Add a set; one that overlaps with the step before becomes one with it, so that neighbours stay disjoint."""
    last = steps[-1]
    if not last.holds(classes):
        steps.append(_Step(needed=set(classes)))
    elif last.needed:
        last.needed |= classes
    else:
        steps.append(_Step(needed=classes | last.slack))
        last.slack = set()


def _require_compound(steps: list[_Step], sound: str) -> None:
    """Add *abd al-* or *-uddin*: two consonants, and on the inner side a space and an article, if the name has them."""
    if sound == "&":
        steps[-1].slack |= {" ", "L"}
    for classes in ("P", "TQ") if sound == "%" else ("TQ", "N"):
        _require(steps, set(classes))
    if sound == "%":
        steps[-1].slack |= {" ", "L"}


def _steps(word: str) -> list[_Step]:
    steps = [_Step()]
    for place, sound in enumerate(word):
        if sound in "%&":
            _require_compound(steps, sound)
        elif sound in _NEEDED and not (sound == "J" and place == 0):
            _require(steps, set(_NEEDED[sound]))
        else:
            steps[-1].slack |= set(_ALLOWED.get(sound, _NEEDED["J"] if sound == "J" else ""))
        if word[:place] == "%":
            steps[-1].slack.add(" ")
    return steps


def variants(word: str, *, is_open: bool) -> str:
    """Give the pattern for names with a word that sounds like the sounds ``word``, or begins so if ``is_open``."""
    steps = "".join(step.pattern() for step in _steps(word))
    return steps if is_open and len(word) >= OPEN_FROM else f"{steps}(?= |$)"


def literal(text: str) -> str:
    """Give the classes of a folded word: what every name with that word, or a prefix of it, holds as it stands."""
    return text.translate(CLASSES)


def _slips(spelt: str) -> list[str]:
    """Give patterns for a slip of the finger: whichever letter it hit, not the first, one half of the word is whole."""
    middle = len(spelt) // 2
    return [literal(spelt[: middle - 1]), f"{literal(spelt[0])}[^ ]*{literal(spelt[middle + 1 :])}(?= |$)"]


def compile_sieve(spelt: str, own: set[str], others: set[str], *, is_slip_allowed: bool) -> re.Pattern[str]:
    """Compile the sieve for one word: as ``spelt``; like its ``own`` sounds; like those of ``others`` for the name."""
    heard = {variants(word, is_open=True) for word in own} | {variants(word, is_open=False) for word in others}
    slips = _slips(spelt) if is_slip_allowed else []
    return re.compile(f" (?:{'|'.join([literal(spelt), *slips])}|(?:[ae]L ?)?(?:{'|'.join(sorted(heard))}))")
